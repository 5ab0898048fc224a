using Doseline.Inventory.V1;
using Doseline.Testing;

namespace Doseline.Inventory.Tests;

public sealed class AssayTests : IAsyncLifetime
{
    TestPlatform platform = null!;
    Plant plant = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        plant = await Plant.BuildAsync(platform, licenceBq: 1000e9);
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    Task<RecordAssayResponse> AssayAsync(string holding, double bq, DateTimeOffset read, string late = "") => plant.Moves.RecordAssayAsync(new RecordAssayRequest
    {
        RequestId = TestPlatform.RequestId(), HoldingId = holding, Measured = new() { Nuclide = "Lu-177", ActivityBq = bq, ReferenceTime = read.ToWireTime() },
        Reason = "assay", LateReason = late,
    }).ResponseAsync;

    async Task<Dictionary<string, double>> ByRoomAsync(DateTimeOffset? asOf = null, DateTimeOffset? known = null) =>
        (await plant.Possession.GetPossessionAsync(new GetPossessionRequest { SiteId = Plant.Site, AsOfTime = asOf?.ToWireTime(), KnownTime = known?.ToWireTime() })).Groups
        .GroupBy(group => group.RoomId, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(one => one.Possessed.ActivityBq), StringComparer.Ordinal);

    static double Decayed(double bq, double hours) => bq * Math.Pow(2, -hours / 24 / 6.6443);

    [Fact]
    [Requirement("P10")]
    public async Task A_reading_before_an_issue_that_is_entered_after_it_changes_nothing_when_it_agrees()
    {
        var lot = await plant.ApprovedAsync(100e9);
        var read = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, Decayed(60e9, 1)));
        await platform.AdvanceAsync(TimeSpan.FromHours(1));

        (await AssayAsync(lot.LotId, 100e9, read)).TransactionId.ShouldBe("");
        var now = await ByRoomAsync();
        now["store-a"].ShouldBe(Decayed(40e9, 2), 1);
        now["hc-1"].ShouldBe(Decayed(60e9, 2), 1);
    }

    [Fact]
    [Requirement("P10")]
    public async Task A_reading_corrects_what_was_there_then_and_what_was_moved_and_taken_as_a_whole_since_follows()
    {
        var lot = await plant.ApprovedAsync(100e9);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        var read = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, FromRoomId = "store-a", ToRoomId = "store-b" });
        var moved = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        // All of what the ledger says is left: what was really there went into the batch, and nothing stayed behind.
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, Decayed(100e9, 3)));
        var known = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));

        await AssayAsync(lot.LotId, Decayed(90e9, 1), read);
        (await ByRoomAsync(read.AddMinutes(-1)))["store-a"].ShouldBe(Decayed(100e9, 59 / 60.0), 1);
        (await ByRoomAsync(read)).ShouldHaveSingleItem().Value.ShouldBe(Decayed(90e9, 1), 1);
        (await ByRoomAsync(moved)).ShouldHaveSingleItem().ShouldBe(new("store-b", Decayed(90e9, 2)), new Near());
        (await ByRoomAsync()).ShouldHaveSingleItem().ShouldBe(new("hc-1", Decayed(90e9, 4)), new Near());
        // What was known before stays as it was known.
        (await ByRoomAsync(known, known)).ShouldHaveSingleItem().ShouldBe(new("hc-1", Decayed(100e9, 3)), new Near());

        // A later reading of the batch has the last word, whichever of the two is entered first.
        var later = platform.Now;
        await AssayAsync("batch-1", Decayed(80e9, 4), later);
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await AssayAsync(lot.LotId, Decayed(95e9, 1), read);
        (await ByRoomAsync(later.AddMinutes(-1))).ShouldHaveSingleItem().ShouldBe(new("hc-1", Decayed(95e9, 4 - 1 / 60.0)), new Near());
        (await ByRoomAsync()).ShouldHaveSingleItem().ShouldBe(new("hc-1", Decayed(80e9, 5)), new Near());
    }

    [Fact]
    [Requirement("P10")]
    public async Task What_was_measured_when_it_was_taken_stays_and_impurities_go_in_proportion()
    {
        var impurity = plant.Activity(10e6, "Lu-177m");
        var lot = await plant.ApprovedAsync(100e9, "store-a", impurity);
        var read = platform.Now;
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, Decayed(60e9, 1)));
        await AssayAsync(lot.LotId, 90e9, read);
        await plant.Moves.RecordAssayAsync(new RecordAssayRequest
        {
            RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, Measured = new() { Nuclide = "Lu-177m", ActivityBq = 20e6, ReferenceTime = read.ToWireTime() }, Reason = "gamma",
        });

        var groups = (await plant.PossessionAsync()).Groups;
        double Of(string room, string nuclide) => groups.Where(g => g.RoomId == room && g.Nuclide == nuclide).Sum(g => g.Possessed.ActivityBq);
        Of("store-a", "Lu-177").ShouldBe(Decayed(30e9, 1), 1);
        Of("hc-1", "Lu-177").ShouldBe(Decayed(60e9, 1), 1);
        (Of("hc-1", "Lu-177m") / Of("store-a", "Lu-177m")).ShouldBe(60.0 / 40, 1e-9);
        (Of("hc-1", "Lu-177m") + Of("store-a", "Lu-177m")).ShouldBe(20e6, 1e4);
    }

    [Fact]
    [Requirement("P10")]
    public async Task A_reading_ahead_of_now_before_receipt_or_after_the_end_of_possession_is_refused_and_nothing_changes()
    {
        await platform.AdvanceAsync(TimeSpan.FromDays(2));
        var lot = await plant.ApprovedAsync(100e9);
        var before = await ByRoomAsync();
        foreach (var (read, code) in new[] { (platform.Now.AddDays(66), "EVENT_IN_FUTURE"), (platform.Now.AddDays(-1), "EVENT_TOO_EARLY") })
            (await TestPlatform.RefusalsAsync(() => AssayAsync(lot.LotId, 100e9, read))).ShouldHaveSingleItem().Code.ShouldBe(code);
        (await ByRoomAsync()).ShouldBe(before);

        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        await plant.Execution.IssueToBatchAsync(plant.Issue(lot, Decayed(100e9, 1)));
        await platform.AdvanceAsync(TimeSpan.FromHours(1));
        (await TestPlatform.RefusalsAsync(() => AssayAsync(lot.LotId, 100e9, platform.Now))).ShouldHaveSingleItem().Code.ShouldBe("EVENT_TOO_LATE");
    }

    [Fact]
    [Requirement("P10")]
    public async Task A_late_entry_needs_a_reason_and_two_persons_and_corrects_what_was_there_at_the_nearest_instant()
    {
        await platform.AdvanceAsync(TimeSpan.FromHours(2));
        var lot = await plant.ApprovedAsync(100e9);
        var received = platform.Now;
        var read = received.AddHours(-1);
        RecordAssayRequest late = new()
        {
            RequestId = TestPlatform.RequestId(), HoldingId = lot.LotId, Measured = new() { Nuclide = "Lu-177", ActivityBq = 80e9, ReferenceTime = read.ToWireTime() },
            Reason = "assay", LateReason = "Read at the dock before the receipt was booked.",
        };
        MovesService.MovesServiceClient unsigned = new(platform.UnsignedAs(TestPlatform.PersonIn("radiation_safety")));
        (await TestPlatform.RefusalsAsync(() => unsigned.RecordAssayAsync(late).ResponseAsync)).Select(r => r.Subject).ShouldBe(["signature", "second_signature"]);

        late.RequestId = TestPlatform.RequestId();
        await plant.Moves.RecordAssayAsync(late);
        (await ByRoomAsync(received))["store-a"].ShouldBe(Decayed(80e9, 1), 1);
    }

    sealed class Near : IEqualityComparer<KeyValuePair<string, double>>
    {
        public bool Equals(KeyValuePair<string, double> x, KeyValuePair<string, double> y) => x.Key == y.Key && Math.Abs(x.Value - y.Value) < 1;

        public int GetHashCode(KeyValuePair<string, double> obj) => obj.Key.GetHashCode(StringComparison.Ordinal);
    }
}
