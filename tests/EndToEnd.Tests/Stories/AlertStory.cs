using Doseline.Inventory.V1;
using Doseline.Orders.V1;
using Doseline.Quality.V1;
using Doseline.Testing;
using Doseline.Testing.Watching;
using Google.Protobuf.WellKnownTypes;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>What endangers a dose or the licence happens, and whoever is on call is told.</summary>
[Collection(nameof(Alone))]
public sealed class AlertStory
{
    [Fact]
    [Requirement("P12")]
    [Fires("ReleaseSlow", "ReleaseLate", "OrdersAtRisk")]
    public async Task A_dose_that_nobody_decides_on()
    {
        await using var story = await Story.BeginAsync("LU177-PSMA");
        await story.MakeAsync();
        Watch watch = new(story.Platform.Host.Services, story.Platform.Clock, "quality");
        await watch.ScrapeAsync();
        var begun = story.Now;
        await story.Platform.AdvanceAsync(TimeSpan.FromMinutes(70));
        await watch.ScrapeAsync();
        await watch.RequireAsync("ReleaseSlow", story.Now - begun + TimeSpan.FromMinutes(2));

        await story.Platform.Host.AdvanceToAsync(story.Milestone(MilestoneKind.ReleaseBy) - TimeSpan.FromMinutes(5));
        watch = new(story.Platform.Host.Services, story.Platform.Clock, "quality");
        await watch.ScrapeAsync();
        begun = story.Now;
        await story.Platform.AdvanceAsync(TimeSpan.FromMinutes(15));
        await watch.ScrapeAsync();
        await watch.RequireAsync("ReleaseLate", story.Now - begun + TimeSpan.FromMinutes(2));
        await watch.RequireAsync("OrdersAtRisk", story.Now - begun + TimeSpan.FromMinutes(6), new Dictionary<string, string> { ["site"] = story.Run.Site });
    }

    [Fact]
    [Requirement("P12")]
    [Fires("CapaOverdue")]
    public async Task An_action_that_nobody_does_by_its_date()
    {
        await using var story = await Story.BeginAsync("LU177-PSMA");
        await new CapasService.CapasServiceClient(story.People.Qa).OpenCapaAsync(new OpenCapaRequest
        {
            RequestId = TestPlatform.RequestId(), CapaReference = "CAPA-1", SiteId = story.Run.Site, Action = "change the column earlier", OwnerId = "person:somebody", OwnerName = "somebody",
            DueTime = story.Now.AddHours(1).ToTimestamp(), EffectivenessCriterion = "twenty batches pass", EffectivenessDueTime = story.Now.AddDays(30).ToTimestamp(),
        });
        await story.Platform.AdvanceAsync(TimeSpan.FromMinutes(61));
        Watch watch = new(story.Platform.Host.Services, story.Platform.Clock, "quality");
        await watch.ScrapeAsync();
        var begun = story.Now;
        await story.Platform.AdvanceAsync(TimeSpan.FromMinutes(7));
        await watch.ScrapeAsync();
        await watch.RequireAsync("CapaOverdue", story.Now - begun);
    }

    [Fact]
    [Requirement("P12")]
    [Fires("LicenceHeadroomLow", "LicenceExceeded", "LicenceEnds")]
    public async Task A_licence_that_is_reduced_under_what_lies_there_and_soon_ends()
    {
        await using var story = await Story.BeginAsync("LU177-PSMA");
        await story.OrderAndReceiveAsync();
        Watch watch = new(story.Platform.Host.Services, story.Platform.Clock, "inventory");
        await watch.ScrapeAsync();
        var licence = story.Input.Licences.First(l => l.Site == story.Run.Site);
        await new LicencesService.LicencesServiceClient(story.People.RadiationSafety).PutLicenceAsync(new PutLicenceRequest
        {
            RequestId = TestPlatform.RequestId(), Reason = "the authority has reduced it",
            Licence = new Inventory.V1.Licence
            {
                Number = licence.Licence, Amendment = int.Parse(licence.Amendment, System.Globalization.CultureInfo.InvariantCulture) + 1, SiteId = licence.Site, Jurisdiction = licence.Jurisdiction,
                EffectiveTime = story.Now.ToTimestamp(), ExpireTime = (story.Now + TimeSpan.FromDays(20)).ToTimestamp(),
                Lines = { licence.Lines.Select((line, i) => new Inventory.V1.LicenceLine { LineId = $"6.{(char)('A' + i)}", Nuclide = line.Nuclide, IncludesProgeny = true, LimitBq = 1000, RoomIds = { line.Rooms }, Uses = { line.Uses } }) },
            },
        });
        await watch.ScrapeAsync();
        await watch.RequireAsync("LicenceExceeded", TimeSpan.FromSeconds(15), new Dictionary<string, string> { ["site"] = licence.Site });
        await watch.RequireAsync("LicenceHeadroomLow", TimeSpan.FromMinutes(2), new Dictionary<string, string> { ["site"] = licence.Site });
        await watch.RequireAsync("LicenceEnds", TimeSpan.FromMinutes(2), new Dictionary<string, string> { ["licence"] = licence.Licence });
    }

    [Fact]
    [Requirement("A072", "P12")]
    [Fires("PossessionExcursion")]
    public async Task Activity_that_is_found_where_the_gate_would_not_have_let_it_in()
    {
        await using var story = await Story.BeginAsync("LU177-PSMA");
        await story.OrderAndReceiveAsync();
        Watch watch = new(story.Platform.Host.Services, story.Platform.Clock, "inventory");
        await watch.ScrapeAsync();
        var site = story.Run.Site;
        var lot = (await new PossessionService.PossessionServiceClient(story.People.RadiationSafety).ListHoldingsAsync(new ListHoldingsRequest { SiteId = site, Category = PossessionCategory.Lot })).Holdings[0];
        await story.Platform.GiveAsync("execution", "spill-1", new Execution.V1.WasteArisen
        {
            WasteId = "spill-1", FromId = lot.HoldingId, FromKind = Execution.V1.HoldingKind.Lot, SiteId = site, RoomId = "corridor", Contents = { lot.Contents }, Cause = Execution.V1.WasteCause.Loss,
        });
        await watch.ScrapeAsync();
        await watch.RequireAsync("PossessionExcursion", TimeSpan.FromSeconds(30), new Dictionary<string, string> { ["site"] = site });
    }
}

/// <summary>Tests that run while no other does: a process has one set of meters.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
