using Doseline.Authority.Tests.Support;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>No watch outlives the right of its person to be here: tried for every method that streams.</summary>
public sealed class WatchTests
{
    const string Subject = "login.example.org:ann";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    [Requirement("A178")]
    [Clause("21 CFR 11.10(d)")]
    public async Task Every_watch_ends_when_its_person_is_locked_out()
    {
        var staff = await Staff.StartAsync(builder => builder.Configuration["Rpc:LookEvery"] = "00:00:00.2");
        await using var platform = staff.Platform;
        var ann = await staff.JoinAsync("ann", "Ann Lee", [Roles.MasterData], externalSubject: Subject);
        var admin = await staff.JoinAsync("adam", "Adam Roy", [Roles.Administrator]);
        string[] everything = [.. Roles.All.Where(r => r != Roles.Partner)];
        var invoker = staff.Elsewhere(Subject, everything);
        List<(string Method, Task<RpcException> End)> watches = [];
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.Where(m => m.Descriptor.IsServerStreaming))
        {
            // One that refuses what is empty is not open.
            var request = (IMessage)Activator.CreateInstance(method.Descriptor.InputType.ClrType)!;
            if ((await RawCalls.CallAsync(invoker, method, request)).Status is StatusCode.OK && method.Descriptor.Name.StartsWith("Watch", StringComparison.Ordinal))
                watches.Add((method.Name, RawCalls.EndAsync(invoker, method, request, Patience)));
        }

        await Task.Delay(500);
        watches.RemoveAll(w => w.End.IsCompleted);
        watches.Count.ShouldBeGreaterThanOrEqualTo(6);
        await new PeopleService.PeopleServiceClient(staff.In(admin, "s")).LockPersonAsync(new LockPersonRequest { RequestId = TestPlatform.RequestId(), PersonId = ann.Subject, Reason = "badge lost" });
        // What Identity answered is kept for some seconds, by the platform's clock.
        await platform.AdvanceAsync(TimeSpan.FromSeconds(6));
        foreach (var (method, end) in watches) RpcErrors.Read(await end).ShouldHaveSingleItem().Code.ShouldBe("PERSON_BARRED", method);
    }
}
