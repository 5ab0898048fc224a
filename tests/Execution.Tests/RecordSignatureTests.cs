using Doseline.Execution.V1;
using Doseline.Platform.Data;
using Doseline.Quality.V1;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Execution.Tests;

/// <summary>Signatures that a recipe asks for are in the record before it goes on and before it closes, and a closed record stays as it is.</summary>
public sealed class RecordSignatureTests : IAsyncLifetime
{
    // A run is started, not the batch; an exception is found by its own id.
    static readonly string[] Others = ["StartBatch", "ResolveException"];

    readonly FakePossession possession = new();
    TestPlatform platform = null!;
    Shift shift = null!;

    public async Task InitializeAsync()
    {
        platform = await Shift.PlatformAsync(possession);
        shift = await Shift.StartAsync(platform, possession, orders: 1);
        var recipe = Plant.Recipe();
        recipe.UnitProcedures[0].Operations[0].Steps[0].SignatureMeanings.Add(["performed", "verified"]);
        await platform.AdvanceAsync(TimeSpan.FromMinutes(1));
        await shift.Plant.ApproveAsync(await shift.Plant.DraftAsync(recipe));
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    [Fact]
    [Requirement("A012", "A017")]
    [Clause("21 CFR 11.10(f)")]
    public async Task A_step_that_is_to_be_signed_is_neither_done_nor_verified_without_it_and_the_next_does_not_begin()
    {
        await shift.BeginAsync();
        await shift.StepAsync("clear");
        BatchesService.BatchesServiceClient performer = new(platform.UnsignedAs(TestPlatform.PersonIn("operator"))), verifier = new(platform.UnsignedAs(TestPlatform.PersonIn("verifier")));
        CompleteStepRequest complete = new() { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, StepId = "clear", Values = { new StepValue { Code = "cleared", Boolean = true } } };
        VerifyStepRequest verify = new() { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId, StepId = "clear" };

        (await BatchTests.Codes(() => performer.CompleteStepAsync(complete).ResponseAsync)).ShouldBe(["SIGNATURE_REQUIRED"]);
        (await BatchTests.Codes(() => shift.StepAsync("lutetium"))).ShouldBe(["STEP_OUT_OF_SEQUENCE"]);
        await shift.Operator.CompleteStepAsync(complete);
        (await BatchTests.Codes(() => verifier.VerifyStepAsync(verify).ResponseAsync)).ShouldBe(["SIGNATURE_REQUIRED"]);
        (await BatchTests.Codes(() => shift.StepAsync("lutetium"))).ShouldBe(["STEP_OUT_OF_SEQUENCE"]);
        await shift.Verifier.VerifyStepAsync(verify);
        await shift.StepAsync("lutetium");

        var step = (await shift.RecordAsync()).Steps.Single(s => s.StepId == "clear");
        (step.PerformedSignature.SignerName, step.VerifiedSignature.SignerName).ShouldBe(("operator", "verifier"));
    }

    [Fact]
    [Requirement("A017")]
    public async Task A_record_closes_with_every_signature_in_it_and_nothing_changes_it_afterwards()
    {
        await shift.MakeAsync();
        await shift.DecideAsync("order-1", Disposition.Released);
        await shift.ShipAsync("order-1");
        // As if a signature had never been there, past every rule of the steps.
        var kept = await SignatureAsync("NULL");
        await shift.DeliverAsync("order-1");
        (await shift.BatchAsync()).State.ShouldBe(BatchState.Ready);
        CloseRecordRequest Close() => new() { RequestId = TestPlatform.RequestId(), BatchId = shift.BatchId };
        (await BatchTests.Codes(() => shift.Operator.CloseRecordAsync(Close()).ResponseAsync)).ShouldBe(["STEP_NOT_SIGNED"]);
        await SignatureAsync($"'{kept.Replace("'", "''", StringComparison.Ordinal)}'");
        (await shift.Operator.CloseRecordAsync(Close())).Batch.State.ShouldBe(BatchState.Closed);

        var closed = await shift.RecordAsync();
        foreach (var method in BatchesService.Descriptor.Methods.Where(m => !Others.Contains(m.Name, StringComparer.Ordinal)))
            (await EquipmentHoldTests.CodesAsync(platform.As([.. Kernel.Rules.Roles.All]), method, shift.BatchId)).ShouldNotBeEmpty(method.Name);
        (await shift.RecordAsync()).ShouldBe(closed);
    }

    // Sets the performer's signature of the first step in the database, and gives back the one that was there.
    async Task<string> SignatureAsync(string value)
    {
        await using var scope = platform.Host.Services.CreateAsyncScope();
        var db = platform.Host.Services.GetRequiredService<DatabaseTable>().Of("execution", scope.ServiceProvider);
        var was = await db.Database.SqlQueryRaw<string>("SELECT COALESCE(performed_signature, '') AS \"Value\" FROM steps WHERE step_id = 'clear'").SingleAsync();
#pragma warning disable EF1002 // The value is this test's own.
        await db.Database.ExecuteSqlRawAsync($"UPDATE steps SET performed_signature = {value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)} WHERE step_id = 'clear'");
#pragma warning restore EF1002
        return was;
    }
}
