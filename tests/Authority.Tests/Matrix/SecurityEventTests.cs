using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Doseline.Authority.Tests.Support;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Quality.V1;
using Doseline.Testing;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>Who tries what they may not leaves a trace, and the trace holds no secret.</summary>
public sealed class SecurityEventTests : IAsyncLifetime, IDisposable
{
    readonly LogLines lines = new();
    readonly ConcurrentQueue<string> counted = new();
    readonly MeterListener meters = new();
    Staff staff = null!;

    public async Task InitializeAsync()
    {
        staff = await Staff.StartAsync(builder => builder.Logging.AddProvider(lines).SetMinimumLevel(LogLevel.Trace).AddFilter<LogLines>(null, LogLevel.Trace));
        meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is "doseline_security_refusals") listener.EnableMeasurementEvents(instrument);
        };
        meters.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Enqueue($"{tags[0].Value} {count}"));
        meters.Start();
    }

    public async Task DisposeAsync() => await staff.Platform.DisposeAsync();

    public void Dispose()
    {
        meters.Dispose();
        lines.Dispose();
    }

    [Fact]
    [Clause("21 CFR 11.300(d)", "Annex 11 12.1")]
    public async Task A_refusal_is_logged_and_counted_with_who_what_and_why()
    {
        var mallory = await staff.JoinAsync("mallory", "Mal Lory", [Roles.Planner]);
        var refusals = await TestPlatform.RefusalsAsync(() => new DispositionService.DispositionServiceClient(staff.In(mallory, "s")).ReleaseDosesAsync(new ReleaseDosesRequest()).ResponseAsync);
        refusals.Single().Code.ShouldBe("ROLE_NOT_ALLOWED");
        await TestPlatform.RefusalsAsync(() => new DispositionService.DispositionServiceClient(staff.Platform.Host.WithToken("stolen")).ReleaseDosesAsync(new ReleaseDosesRequest()).ResponseAsync);

        var events = lines.Of(SecurityLog.RefusedEvent).ToList();
        events.ShouldContain($"Security refusal ROLE_NOT_ALLOWED: /doseline.quality.v1.DispositionService/ReleaseDoses on /doseline.quality.v1.DispositionService/ReleaseDoses by {mallory.Subject} ");
        events.ShouldContain(e => e.StartsWith("Security refusal TOKEN_INVALID", StringComparison.Ordinal) && e.Contains("by nobody", StringComparison.Ordinal));
        counted.ShouldContain("ROLE_NOT_ALLOWED 1");
        counted.ShouldContain("TOKEN_INVALID 1");
    }

    [Fact]
    public async Task What_a_caller_sends_neither_fills_a_log_nor_speaks_to_a_terminal()
    {
        var planner = staff.Platform.As("planner");
        var before = lines.All.Count;
        foreach (var text in new[] { new string('x', 900_000), "\u001b[2J\u001b]0;owned\u0007", "a\r\nSecurity refusal none", "\u202Etxt" })
        {
            await TestPlatform.RefusalsAsync(() => new DispositionService.DispositionServiceClient(planner).ReleaseDosesAsync(new ReleaseDosesRequest { RequestId = text }).ResponseAsync);
            await TestPlatform.RefusalsAsync(() => new SpecificationsService.SpecificationsServiceClient(staff.Platform.As("qc_analyst")).PutSpecificationAsync(new PutSpecificationRequest { RequestId = "r", ProductCode = text }).ResponseAsync);
        }

        var after = lines.All.Skip(before).Select(line => line.Text).ToList();
        after.ShouldContain(line => line.Contains("refused", StringComparison.Ordinal));
        after.ShouldAllBe(line => line.Length < 20_000 && !line.Contains('\u001b') && !line.Contains('\u0007') && !line.Contains('\u202E') && !line.Contains("\nSecurity refusal none", StringComparison.Ordinal));
    }

    [Fact]
    [Requirement("A003")]
    [Clause("21 CFR 11.300(b)")]
    public async Task No_log_line_and_no_database_holds_a_password_a_token_or_a_signature()
    {
        var quinn = await staff.JoinAsync("quinn", "Quinn Adler", [Roles.Qa]);
        SigningService.SigningServiceClient signing = new(staff.In(quinn, "secret-session"));
        ApproveSpecificationRequest request = new() { RequestId = TestPlatform.RequestId(), SpecificationId = "spec-1", Version = 1 };
        SignRequest ask = new() { Method = Draft.Approve, RequestJson = JsonFormatter.Default.Format(request), LoginName = "quinn", Password = Staff.Password, Zone = "UTC" };
        var signed = await signing.SignAsync(ask);
        const string wrong = "a wrong password, typed";
        await TestPlatform.RefusalsAsync(() => signing.SignAsync(new SignRequest(ask) { Password = wrong }).ResponseAsync);
        await TestPlatform.RefusalsAsync(() => new SpecificationsService.SpecificationsServiceClient(staff.In(quinn, "secret-session")).ApproveSpecificationAsync(request.With(signed.Signature)).ResponseAsync);
        await TestPlatform.RefusalsAsync(() => new SpecificationsService.SpecificationsServiceClient(staff.Platform.Host.WithToken("stolen-token")).ApproveSpecificationAsync(request).ResponseAsync);

        lines.All.Count.ShouldBeGreaterThan(10);
        string[] secrets = [Staff.Password, wrong, "stolen-token", "secret-session", signed.Signature, signed.Signature.Split('.')[2]];
        foreach (var secret in secrets) lines.All.ShouldNotContain(l => l.Text.Contains(secret, StringComparison.Ordinal), secret);
    }
}
