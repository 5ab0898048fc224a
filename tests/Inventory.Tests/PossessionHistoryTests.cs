using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Testing;
using Group = (string Nuclide, string Form, string Room, string Use, Doseline.Inventory.V1.PossessionCategory Category);

namespace Doseline.Inventory.Tests;

/// <summary>Histories by chance, beside a book of the test's own that knows nothing of the ledger: amounts at the first instant, and half-lives of its own.</summary>
public sealed class PossessionHistoryTests
{
    static readonly string[] Forms = ["solution", "solid target", "capsule"];
    static readonly string[] Uses = ["manufacture", "research", "calibration"];
    static readonly string[] Nuclides = ["Lu-177", "Lu-177m", "Ac-225"];
    static readonly string[] Measured = ["hc-1", "qc", "office"];
    static readonly string[] Rooms = ["store-a", "store-b", "dock"];

    [Theory]
    [Requirement("A005", "A010")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Groups_by_nuclide_form_location_and_use_are_what_was_done_and_add_up_to_what_came_in_at_every_instant(int seed)
    {
        await using var platform = await TestPlatform.StartAsync();
        Book book = new(await PlantAsync(platform, Wide), new Random(seed));
        for (var step = 0; step < 100; step++) await book.StepAsync();
        book.Groups.Select(group => group.Form).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        book.Groups.Select(group => group.Use).Distinct(StringComparer.Ordinal).Count().ShouldBe(3);
        book.Groups.Select(group => group.Category).Distinct().ShouldBe(
            [
                PossessionCategory.Lot, PossessionCategory.Wip, PossessionCategory.Dose, PossessionCategory.Sample, PossessionCategory.RetainedSample, PossessionCategory.Waste, PossessionCategory.InTransit,
            ], ignoreOrder: true);

        foreach (var instant in book.Instants(200))
        {
            var answer = await book.Plant.PossessionAsync(instant);
            var (expected, came) = book.At(instant);
            answer.Groups.ToDictionary(KeyOf, group => group.Possessed.ActivityBq).ShouldBeLike(expected, 1e-9, $"groups at {instant:O}");
            answer.Totals.ToDictionary(total => total.Nuclide, total => total.ActivityBq, StringComparer.Ordinal).ShouldBeLike(came, 1e-9, $"totals at {instant:O}");
            answer.Groups.GroupBy(group => group.Nuclide, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Sum(one => one.Possessed.ActivityBq), StringComparer.Ordinal)
                .ShouldBeLike(came, 1e-9, $"sum over groups at {instant:O}");
            answer.Groups.ShouldAllBe(group => group.Possessed.ReferenceTime.ToDateTimeOffset() == instant);
        }
    }

    [Theory]
    [Requirement("A038")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_roll_up_of_every_licence_line_by_category_is_what_was_done_at_every_instant(int seed)
    {
        await using var platform = await TestPlatform.StartAsync();
        Book book = new(await PlantAsync(platform, licence =>
        {
            licence.Lines.Clear();
            foreach (var scope in Scopes) licence.Lines.Add(new LicenceLine { LineId = scope.Id, Nuclide = scope.Nuclide, Uses = { scope.Uses }, Forms = { scope.Forms }, RoomIds = { scope.Rooms }, LimitBq = 1e15 });
        }), new Random(seed), isPure: true);
        for (var step = 0; step < 100; step++) await book.StepAsync();
        book.Groups.Select(group => group.Category).Distinct().ShouldBe(
        [
            PossessionCategory.Lot, PossessionCategory.Wip, PossessionCategory.Dose, PossessionCategory.Sample, PossessionCategory.RetainedSample, PossessionCategory.Waste, PossessionCategory.InTransit,
        ], ignoreOrder: true);

        foreach (var instant in book.Instants(60))
        {
            var groups = book.At(instant).Groups;
            var limits = (await book.Plant.Possession.GetHeadroomAsync(new GetHeadroomRequest { SiteId = Plant.Site, AsOfTime = instant.ToWireTime() })).Limits;
            foreach (var scope in Scopes)
            {
                var limit = limits.Single(one => one.LimitId == $"licences/29-00001-01/lines/{scope.Id}");
                var expected = groups.Where(group => scope.Counts(group.Key)).GroupBy(group => group.Key.Category).ToDictionary(group => group.Key, group => group.Sum(one => one.Value));
                limit.ByCategory.ToDictionary(share => share.Category, share => share.TotalBq).ShouldBeLike(expected, 1e-9, $"line {scope.Id} at {instant:O}");
                limit.TotalBq.ShouldBe(expected.Values.Sum(), Math.Max(1e-9, expected.Values.Sum() * 1e-9));
            }
        }
    }

    /// <summary>A licence line as the test understands it.</summary>
    sealed record Scope(string Id, string Nuclide, string[] Uses, string[] Forms, string[] Rooms)
    {
        // On the way there is no room, and every room counts.
        bool Covers(Group group) => Uses.Contains(group.Use) && (Forms is [] || Forms.Contains(group.Form)) && (Rooms is [] || group.Room is "" || Rooms.Contains(group.Room));

        // What no line covers, by where it is, counts on each.
        public bool Counts(Group group) => Nuclide == group.Nuclide && (Covers(group) || !Scopes.Any(other => other.Nuclide == group.Nuclide && other.Covers(group)));
    }

    static readonly Scope[] Scopes =
    [
        new("6.A", "Lu-177", ["manufacture"], [], []),
        new("6.B", "Lu-177", ["research", "calibration"], [], []),
        new("6.C", "Lu-177", ["manufacture", "research", "calibration"], ["solution"], ["hc-1"]),
        new("6.D", "Ac-225", ["manufacture", "research", "calibration"], ["solution", "capsule", "solid target"], ["store-a", "store-b", "dock", "hc-1"]),
    ];

    static Group KeyOf(PossessionGroup group) => (group.Nuclide, group.Form, group.RoomId, group.Use, group.Category);

    static void Wide(Licence licence)
    {
        licence.Lines.Clear();
        foreach (var nuclide in Nuclides) licence.Lines.Add(new LicenceLine { LineId = nuclide, Nuclide = nuclide, Uses = { Uses }, LimitBq = 1e15 });
    }

    static async Task<Plant> PlantAsync(TestPlatform platform, Action<Licence> licence)
    {
        var plant = await Plant.BuildAsync(platform, licence: licence);
        await plant.Sites.PutSiteAsync(new PutSiteRequest { RequestId = TestPlatform.RequestId(), Site = new Site { SiteId = "pa1", Name = "PA", Zone = "America/New_York" } });
        await plant.LotsOfAnySizeAsync("received_bq");
        await plant.LotsOfAnySizeAsync("impurity_fraction");
        return plant;
    }

    /// <summary>What was done, as amounts at the first instant of the history.</summary>
    sealed class Book(Plant plant, Random random, bool isPure = false)
    {
        // NUBASE2020, in days.
        static readonly Dictionary<string, double> HalfLives = new(StringComparer.Ordinal) { ["Lu-177"] = 6.6443, ["Lu-177m"] = 160.4, ["Ac-225"] = 9.9190 };

        readonly List<(DateTimeOffset From, Group Group, double AtStart)> changes = [];
        readonly List<(DateTimeOffset From, string Nuclide, double AtStart)> received = [];
        readonly List<Held> lots = [];
        readonly List<Held> batches = [];
        int made;

        public Plant Plant => plant;

        public IEnumerable<Group> Groups => changes.Select(change => change.Group).Distinct();

        public async Task StepAsync()
        {
            switch (lots.Count < 5 ? 0 : random.Next(10))
            {
                case 0:
                    await ReceiveAsync();
                    break;
                case 1:
                    await MoveAsync(Any(lots));
                    break;
                case 2:
                    await IssueAsync(Any(lots), batches.Count == 0 || random.Next(2) == 0 ? null : Any(batches));
                    break;
                case 3 when batches.Count > 0:
                    await TakeAsync(Any(batches), PossessionCategory.Dose);
                    break;
                case 4 when batches.Count > 0:
                    await TakeAsync(Any(batches), PossessionCategory.Sample);
                    break;
                case 5 when batches.Count > 0:
                    await WasteAsync(Any(batches));
                    break;
                case 6 when batches.Count > 0:
                    await TakeAsync(Any(batches), PossessionCategory.RetainedSample);
                    break;
                case 7 when lots.Count > 5:
                    await SendAsync(Any(lots));
                    break;
                default:
                    await plant.Platform.AdvanceAsync(TimeSpan.FromMinutes(random.Next(1, 40 * 60)));
                    break;
            }
        }

        public IEnumerable<DateTimeOffset> Instants(int count)
        {
            var span = plant.Platform.Now - TestPlatform.Start;
            foreach (var change in changes.Select(change => change.From).Distinct()) yield return change;
            foreach (var change in changes.Select(change => change.From).Distinct().Take(20)) yield return change.AddTicks(-10);
            for (var drawn = 0; drawn < count; drawn++) yield return TestPlatform.Start.AddSeconds((int)(span.TotalSeconds * (random.NextDouble() * 2 - 0.1)));
        }

        public (Dictionary<Group, double> Groups, Dictionary<string, double> Came) At(DateTimeOffset instant) =>
        (
            changes.Where(change => change.From <= instant).GroupBy(change => change.Group)
                .Select(group => (group.Key, Bq: group.Sum(change => change.AtStart) * Left(group.Key.Nuclide, instant), Gross: group.Max(change => Math.Abs(change.AtStart)) * Left(group.Key.Nuclide, instant)))
                .Where(group => group.Bq > group.Gross * 1e-11).ToDictionary(group => group.Key, group => group.Bq),
            received.Where(one => one.From <= instant).GroupBy(one => one.Nuclide, StringComparer.Ordinal)
                .ToDictionary(group => group.Key, group => group.Sum(one => one.AtStart) * Left(group.Key, instant), StringComparer.Ordinal)
        );

        async Task ReceiveAsync()
        {
            Held lot = new() { Form = Any(Forms), Room = Any(Rooms), Use = Any(Uses), Category = PossessionCategory.Lot, Material = random.Next(3) == 0 ? "AC225" : "LU177-NCA" };
            var actinium = lot.Material is "AC225";
            var request = actinium ? plant.Receipt(1e6 * random.Next(1, 500), lot.Room) : plant.Receipt(1e9 * random.Next(1, 200), lot.Room, isPure ? [] : [plant.Activity(1e5 * random.Next(1, 9), "Lu-177m")]);
            (request.MaterialCode, request.Form, request.Use) = (lot.Material, lot.Form, lot.Use);
            if (actinium) request.Contents[0].Nuclide = "Ac-225";
            var row = (await plant.Lots.ReceiveLotAsync(request)).Lot;
            await plant.Qa.ChangeLotStatusAsync(new ChangeLotStatusRequest { RequestId = TestPlatform.RequestId(), LotId = row.LotId, Status = LotStatus.Approved, Version = row.Version, Reason = "reviewed", RecordId = "COA-1" });
            lot.Id = row.LotId;
            foreach (var line in request.Contents)
            {
                Change(lot, line.Nuclide, AtStart(line.Nuclide, line.ActivityBq));
                received.Add((plant.Platform.Now, line.Nuclide, AtStart(line.Nuclide, line.ActivityBq)));
            }

            lots.Add(lot);
        }

        // A move changes the room, and every other time the use with it.
        async Task MoveAsync(Held lot)
        {
            var (room, use) = (Any([.. Rooms.Where(room => room != lot.Room)]), random.Next(2) == 0 ? lot.Use : Any(Uses));
            await plant.Moves.MoveHoldingAsync(new MoveHoldingRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.Id, FromRoomId = lot.Room, ToRoomId = room, Use = use });
            var all = lot.Amounts.ToList();
            foreach (var (nuclide, amount) in all) Change(lot, nuclide, -amount);
            (lot.Room, lot.Use) = (room, use);
            foreach (var (nuclide, amount) in all) Change(lot, nuclide, amount);
        }

        // In the licensee's own vehicle: it stays possessed here until the other site has it.
        async Task SendAsync(Held lot)
        {
            await plant.Moves.SendToSiteAsync(new SendToSiteRequest { RequestId = TestPlatform.RequestId(), HoldingId = lot.Id, ToSiteId = "pa1", Reason = "help out" });
            var all = lot.Amounts.ToList();
            foreach (var (nuclide, amount) in all) Change(lot, nuclide, -amount);
            (lot.Room, lot.Category) = ("", PossessionCategory.InTransit);
            foreach (var (nuclide, amount) in all) Change(lot, nuclide, amount);
            lots.Remove(lot);
        }

        async Task IssueAsync(Held lot, Held? batch)
        {
            if (batch is not null && batch.Material != lot.Material) batch = null;
            if (batch is null) batches.Add(batch = new Held { Id = $"batch-{made++}", Form = lot.Form, Room = "hc-1", Use = Any(Uses), Category = PossessionCategory.Wip, Material = lot.Material });
            var (principal, fraction) = (lot.Amounts.First().Key, 0.1 + 0.5 * random.NextDouble());
            var request = plant.Issue(new Lot { LotId = lot.Id, MaterialCode = lot.Material }, Now(principal, lot.Amounts[principal]) * fraction, batch.Id);
            (request.Activity.Nuclide, request.Use) = (principal, batch.Use);
            await plant.Execution.IssueToBatchAsync(request);
            Pass(lot, batch, fraction);
        }

        // What is measured out of a batch takes every other nuclide of the solution along.
        async Task TakeAsync(Held batch, PossessionCategory category)
        {
            var (principal, fraction) = (batch.Amounts.First().Key, 0.01 + 0.3 * random.NextDouble());
            Held taken = new() { Id = $"taken-{made++}", Form = batch.Form, Room = Any(isPure ? Measured : Measured[..2]), Use = batch.Use, Category = category, Material = batch.Material };
            var measured = plant.Activity(Now(principal, batch.Amounts[principal]) * fraction, principal);
            await (category is PossessionCategory.Dose
                ? plant.Platform.GiveAsync(taken.Id, new DoseDispensed { DoseId = taken.Id, BatchId = batch.Id, OrderId = "order", SiteId = Plant.Site, RoomId = taken.Room, Measured = measured, VolumeMl = 10 })
                : plant.Platform.GiveAsync(taken.Id, new SampleTaken { SampleId = taken.Id, BatchId = batch.Id, SiteId = Plant.Site, RoomId = taken.Room, Activity = measured, Retained = category is PossessionCategory.RetainedSample }));
            Pass(batch, taken, fraction);
        }

        // Waste is what was found: the nuclides that are named, and no other.
        async Task WasteAsync(Held batch)
        {
            var (principal, fraction) = (batch.Amounts.First().Key, 0.01 + 0.2 * random.NextDouble());
            Held waste = new() { Id = $"waste-{made++}", Form = batch.Form, Room = "waste", Use = batch.Use, Category = PossessionCategory.Waste, Material = batch.Material };
            await plant.Platform.GiveAsync(waste.Id, new WasteArisen
            {
                WasteId = waste.Id, FromId = batch.Id, FromKind = HoldingKind.Wip, BatchId = batch.Id, SiteId = Plant.Site, RoomId = waste.Room,
                Contents = { plant.Activity(Now(principal, batch.Amounts[principal]) * fraction, principal) }, Cause = WasteCause.Residue,
            });
            var part = batch.Amounts[principal] * fraction;
            Change(batch, principal, -part);
            Change(waste, principal, part);
        }

        void Pass(Held from, Held to, double fraction)
        {
            foreach (var (nuclide, amount) in from.Amounts.ToList())
            {
                Change(from, nuclide, -amount * fraction);
                Change(to, nuclide, amount * fraction);
            }
        }

        void Change(Held held, string nuclide, double atStart)
        {
            changes.Add((plant.Platform.Now, (nuclide, held.Form, held.Room, held.Use, held.Category), atStart));
            held.Amounts[nuclide] = held.Amounts.GetValueOrDefault(nuclide) + atStart;
        }

        static double Left(string nuclide, DateTimeOffset instant) => Math.Pow(2, -(instant - TestPlatform.Start).TotalDays / HalfLives[nuclide]);

        double AtStart(string nuclide, double bq) => bq / Left(nuclide, plant.Platform.Now);

        double Now(string nuclide, double atStart) => atStart * Left(nuclide, plant.Platform.Now);

        T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];
    }

    sealed class Held
    {
        public string Id { get; set; } = "";
        public required string Form { get; init; }
        public required string Room { get; set; }
        public required string Use { get; set; }
        public required PossessionCategory Category { get; set; }
        public required string Material { get; init; }

        /// <summary>The principal nuclide first.</summary>
        public OrderedDictionary<string, double> Amounts { get; } = new(StringComparer.Ordinal);
    }
}

static class Amounts
{
    /// <summary>The same keys, and each amount to a relative tolerance.</summary>
    public static void ShouldBeLike<TKey>(this IReadOnlyDictionary<TKey, double> actual, IReadOnlyDictionary<TKey, double> expected, double relative, string what)
        where TKey : notnull
    {
        actual.Keys.ShouldBe(expected.Keys, ignoreOrder: true, what);
        foreach (var (key, bq) in expected) actual[key].ShouldBe(bq, bq * relative, $"{what}, {key}");
    }
}
