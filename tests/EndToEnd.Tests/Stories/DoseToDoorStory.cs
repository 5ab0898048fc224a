using Doseline.Execution.V1;
using Doseline.Inventory.V1;
using Doseline.Labeling.V1;
using Doseline.Orders.V1;
using Doseline.Platform.Audit;
using Doseline.Platform.Data;
using Doseline.Platform.Rpc;
using Doseline.Quality.V1;
using Doseline.Shipping.V1;
using Doseline.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.EndToEnd.Tests.Stories;

/// <summary>Demonstration 1: from an order with an appointment to the proof of delivery that closes the batch record.</summary>
public sealed class DoseToDoorStory
{
    // Sums of a handful of doubles; the decay arithmetic itself is proven to 1e-12.
    const double Relative = 1e-9;

    public static TheoryData<string> Products() => [.. Story.Products];

    [Theory]
    [Requirement("A005", "A007", "A029", "A032", "A048", "A052", "A053", "A061", "A077", "A078", "A079", "A080", "A081", "A082", "A105")]
    [MemberData(nameof(Products))]
    public async Task A_dose_goes_from_order_to_door_and_every_link_of_its_record_holds(string product)
    {
        await using var story = await Story.BeginAsync(product);

        // The order is tied to its appointment, and says what is wanted when.
        await story.OrderAndReceiveAsync();
        var promised = await story.OrderNowAsync();
        story.Milestone(MilestoneKind.Administration).ShouldBeInRange(promised.WindowStart.Time.ToDateTimeOffset(), promised.WindowEnd.Time.ToDateTimeOffset());
        SameActivityAtEveryMilestone(promised);
        var planned = (await new BatchRecordsService.BatchRecordsServiceClient(story.People.Planner).ListWorkOrdersAsync(new ListWorkOrdersRequest { SiteId = story.Run.Site })).WorkOrders.Single();
        planned.OrderId.ShouldBe(promised.OrderId);
        planned.DoseId.ShouldBe(story.DoseId);
        planned.WindowStartTime.ShouldBe(promised.WindowStart.Time);
        planned.Wanted.ShouldBe(promised.Wanted);

        // It is made; what is in process is known at any instant.
        await story.StartAsync();
        await story.SynthesiseAsync();
        await InProcessActivityIsThatOfTheLotAsync(story);
        await story.DispenseAsync();
        await story.FinishAsync();
        await story.LabelAsync();
        await story.TestAsync();
        (await Story.CodesAsync(story.BillAsync)).ShouldNotBeEmpty("nothing is billed that was not delivered");
        await story.ReleaseAsync();
        (await story.OrderNowAsync()).State.ShouldBe(OrderState.Released);

        // It is shipped with its papers, and the proof of delivery closes the record.
        await story.PackAsync();
        await story.ShipAsync();
        (await Story.CodesAsync(async () => await new BatchesService.BatchesServiceClient(story.People.Qa)
            .CloseRecordAsync(new CloseRecordRequest { RequestId = TestPlatform.RequestId(), BatchId = story.BatchId }))).ShouldNotBeEmpty("the record stays open while its dose is on the road");
        await story.DeliverAsync();
        await story.BillAsync();

        await EveryLinkHoldsAsync(story, promised);
        await NoTimeDriftsAsync(story);
    }

    static void SameActivityAtEveryMilestone(Order order)
    {
        var wanted = order.Wanted.Read("wanted").OrThrow();
        foreach (var milestone in order.Promise.Milestones.Where(m => m.Activity is not null))
        {
            var there = milestone.Activity.Read("activity").OrThrow();
            there.At(milestone.At.Time.ToDateTimeOffset()).Bq.ShouldBe(wanted.At(milestone.At.Time.ToDateTimeOffset()).Bq, Relative * wanted.Amount.Bq, milestone.Kind.ToString());
            milestone.Activity.DataVersion.ShouldBe(order.Promise.DataVersion);
        }
    }

    static async Task InProcessActivityIsThatOfTheLotAsync(Story story)
    {
        var lot = story.Input.Deliveries.Single(d => d.Lot == story.Run.Lot).Activity!;
        var later = story.Now + TimeSpan.FromHours(1);
        foreach (var instant in new[] { story.Now, later })
        {
            var possession = await new PossessionService.PossessionServiceClient(story.People.Auditor).GetPossessionAsync(
                new GetPossessionRequest { SiteId = story.Run.Site, AsOfTime = instant.ToWire(), Nuclide = lot.Nuclide.Symbol });
            possession.Groups.Where(g => g.Category is PossessionCategory.Wip).Sum(g => g.Possessed.Read("possessed").OrThrow().At(instant).Bq)
                .ShouldBe(lot.At(instant).Bq, Relative * lot.Amount.Bq);
        }
    }

    static async Task EveryLinkHoldsAsync(Story story, Order promised)
    {
        var order = await story.OrderNowAsync();
        var record = await story.RecordAsync();
        var dose = record.Doses.Single();
        var package = (await new PackagesService.PackagesServiceClient(story.People.Auditor).GetPackageAsync(new GetPackageRequest { PackageId = order.PackageId })).Package;
        var paper = (await new PackagesService.PackagesServiceClient(story.People.Auditor).GetPapersAsync(new GetPapersRequest { PackageId = order.PackageId })).Paper;
        var certificate = (await new CertificateService.CertificateServiceClient(story.People.Auditor).GetCertificateAsync(new GetCertificateRequest { DoseId = story.DoseId })).Certificate;
        var invoice = (await new OrdersService.OrdersServiceClient(story.People.Auditor).GetInvoiceAsync(new GetInvoiceRequest { OrderId = order.OrderId })).Invoice;
        invoice.DoseId.ShouldBe(story.DoseId);
        var labels = await new LabelsService.LabelsServiceClient(story.People.Auditor).GetReconciliationAsync(new GetReconciliationRequest { BatchId = story.BatchId });

        record.Batch.State.ShouldBe(BatchState.Closed);
        order.State.ShouldBe(OrderState.Invoiced);
        order.DoseId.ShouldBe(dose.Record.DoseId);
        order.BatchId.ShouldBe(record.Batch.BatchId);
        record.Movements.Single(m => m.Kind is MovementKind.Issued).ReferenceId.ShouldBe(story.Receipts.Lots[story.Run.Lot].LotId);
        record.Movements.Single(m => m.Kind is MovementKind.Dispensed).ReferenceId.ShouldBe(dose.Record.DoseId);
        Math.Abs(record.Balance.UnexplainedFraction).ShouldBeLessThanOrEqualTo(record.Balance.ToleranceFraction);

        certificate.OrderId.ShouldBe(order.OrderId);
        certificate.BatchId.ShouldBe(record.Batch.BatchId);
        certificate.SignerName.ShouldNotBeEmpty();
        dose.CertificateId.ShouldBe(certificate.CertificateId);
        package.Shipments.Single().Doses.Single().CertificateId.ShouldBe(certificate.CertificateId);
        package.Shipments.Single().ShipTime.ToDateTimeOffset().ShouldBeGreaterThan(certificate.ReleaseTime.ToDateTimeOffset());

        // One measurement, entered once: label, package and record speak of the same.
        package.Doses.Single().DoseId.ShouldBe(dose.Record.DoseId);
        package.Doses.Single().Contents[0].ActivityBq.ShouldBe(dose.Record.Measured.ActivityBq);
        package.Doses.Single().Contents[0].ReferenceTime.ShouldBe(dose.Record.Measured.ReferenceTime);
        var label = (await new LabelsService.LabelsServiceClient(story.People.Auditor).GetLabelAsync(new GetLabelRequest { PrintId = story.Order.PrintId })).Content;
        label.Measured.ShouldBe(dose.Record.Measured);
        labels.Reconciled.ShouldBeTrue("no label is missing");
        labels.AppliedCount.ShouldBe(1);

        dose.PackageId.ShouldBe(package.PackageId);
        dose.TransportIndexTenths.ShouldBe(package.Classification.TransportIndexTenths);
        dose.DeliveryTime.ShouldBe(package.Delivery.DeliveryTime);
        paper.Doses.Single().DoseId.ShouldBe(dose.Record.DoseId);
        paper.Doses.Single().OrderId.ShouldBe(order.OrderId);
        invoice.OrderId.ShouldBe(order.OrderId);
        invoice.CertificateId.ShouldBe(certificate.CertificateId);
        invoice.Price.ShouldBe(promised.Price, "the price is that of the acceptance");
    }

    // No entry about a thing is earlier than the one before it, and every chain verifies.
    static async Task NoTimeDriftsAsync(Story story)
    {
        await using var scope = story.Platform.Host.Services.CreateAsyncScope();
        var databases = story.Platform.Host.Services.GetRequiredService<DatabaseTable>();
        foreach (var service in databases.Services)
        {
            var db = databases.Of(service, scope.ServiceProvider);
            foreach (var entity in (await db.AuditTrail.ToListAsync()).GroupBy(r => (r.Entity, r.EntityId)))
            {
                var times = entity.OrderBy(r => r.Version).Select(r => r.Time).ToList();
                times.Zip(times.Skip(1)).ShouldAllBe(t => t.First < t.Second, $"{service} {entity.Key}");
            }

            await foreach (var finding in AuditVerifier.VerifyAsync(db, CancellationToken.None)) Assert.Fail($"{service}: {finding}");
        }
    }
}
