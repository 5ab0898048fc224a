using Doseline.Labeling.V1;
using Doseline.Local.Day.Files;
using Doseline.Platform.Rpc;

namespace Doseline.Local.Day;

/// <summary>The label printer: templates, and one verified label on every dose.</summary>
sealed class DayLabels(DayInput input, DayPeople people, DayKeys keys)
{
    const string Market = "US";

    readonly LabelsService.LabelsServiceClient labels = new(people.Operator);

    /// <summary>Enters and approves the template of each site and the coding policies.</summary>
    public async Task EnterAsync()
    {
        TemplatesService.TemplatesServiceClient authors = new(people.Steward);
        TemplatesService.TemplatesServiceClient approvers = new(people.Qa);
        foreach (var product in input.Products)
        {
            var draft = (await authors.PutTemplateAsync(new PutTemplateRequest
            {
                RequestId = keys.Of("template", product.Product), Code = $"DOSE-{product.Product}", TemplateVersion = 1, ProductCode = product.Product, Zpl = input.LabelZpl, WidthMm = 50, HeightMm = 34, Zone = input.Zone, EffectiveTime = input.Start.ToWire(),
            })).Template;
            await approvers.ApproveTemplateAsync(new ApproveTemplateRequest { RequestId = keys.Of("template-approve", product.Product), TemplateId = draft.TemplateId, Version = draft.Version });
            await approvers.PutCodingPolicyAsync(new PutCodingPolicyRequest
            {
                RequestId = keys.Of("coding", product.Product),
                Policy = new CodingPolicy { Market = Market, ProductCode = product.Product, Serialization = Serialization.Voluntary, Gtin = product.Gtin, Source = "sample data; 21 USC 360eee(13) exempts radioactive drugs" },
            });
        }
    }

    /// <summary>Prints, verifies by scan and applies the label of a dose; what is scanned is what the printer was sent.</summary>
    public async Task LabelAsync(DayOrder order)
    {
        var name = order.Input.Order;
        var printed = await labels.PrintDoseLabelAsync(new PrintDoseLabelRequest { RequestId = keys.Of("print", name), DoseId = order.DoseId, Printer = $"{order.Input.Site}-zd621", Market = Market });
        var printId = printed.Label.PrintId;
        await labels.ReportPrintResultAsync(new ReportPrintResultRequest { RequestId = keys.Of("printed", name), PrintId = printId, State = PrintState.Printed });
        await labels.VerifyLabelAsync(new VerifyLabelRequest { RequestId = keys.Of("verified", name), PrintId = printId, Scan = "]d2" + printed.Content.ElementData });
        await labels.MarkAppliedAsync(new MarkAppliedRequest { RequestId = keys.Of("applied", name), PrintId = printId });
        (order.PrintId, order.Scan) = (printId, "]d2" + printed.Content.ElementData);
    }
}
