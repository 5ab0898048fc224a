using Doseline.Kernel.Rules;
using Doseline.Labeling.Data;
using Doseline.Labeling.Domain.DataMatrix;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Doseline.Labeling.Api;

public sealed partial class LabelsApi
{
    // Longer than any commit takes, so that a row stamped early and committed late is still seen.
    static readonly TimeSpan LookBack = TimeSpan.FromMinutes(1);

    /// <inheritdoc/>
    public override async Task<GetLabelResponse> GetLabel(GetLabelRequest request, ServerCallContext context)
    {
        var label = await FindAsync(request.PrintId, context.CancellationToken);
        return new GetLabelResponse { Label = label.ToWire(label.Version), Content = LabelContent.Parser.ParseJson(label.Content) };
    }

    /// <inheritdoc/>
    public override async Task<ListLabelsResponse> ListLabels(ListLabelsRequest request, ServerCallContext context)
    {
        var query = db.List<LabelRow>().AtSites(nameof(LabelRow.SiteId), request.SiteId).IsIfAny(nameof(LabelRow.BatchId), request.BatchId).IsIfAny(nameof(LabelRow.DoseId), request.DoseId);
        if (StateOf(request.State) is { } state) query.Is(nameof(LabelRow.State), state);
        var (rows, next) = await pages.ReadAsync(request, query.By(nameof(LabelRow.RequestedTime), nameof(LabelRow.Id)), context.CancellationToken);
        return new ListLabelsResponse { Labels = { rows.Select(l => l.ToWire(l.Version)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<PreviewDoseLabelResponse> PreviewDoseLabel(PreviewDoseLabelRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var record = await press.RecordAsync(request.DoseId, cancel);
        var earlier = await LatestAsync(request.DoseId, cancel);
        var copy = (earlier?.CopyNumber ?? 0) + 1;
        var (content, template) = await press.PreviewAsync(record, request.Market, copy, cancel);
        return new PreviewDoseLabelResponse
        {
            Content = content,
            CopyNumber = (int)copy,
            ReplacedPrintId = earlier?.Id ?? "",
            TemplateId = template.Id,
            TemplateVersion = template.TemplateVersion,
            CodeSvg = ByteString.CopyFromUtf8(Pictures.Svg(GsDataMatrix.Draw(content.ElementData))),
        };
    }

    /// <inheritdoc/>
    public override async Task<RenderLabelResponse> RenderLabel(RenderLabelRequest request, ServerCallContext context)
    {
        var label = await FindAsync(request.PrintId, context.CancellationToken);
        var symbol = GsDataMatrix.Draw(LabelContent.Parser.ParseJson(label.Content).ElementData);
        var png = request.Image is LabelImage.Png;
        return new RenderLabelResponse
        {
            MediaType = png ? "image/png" : "image/svg+xml",
            Content = png ? ByteString.CopyFrom(Pictures.Png(symbol)) : ByteString.CopyFromUtf8(Pictures.Svg(symbol)),
            ModuleCount = symbol.GetLength(0),
        };
    }

    /// <inheritdoc/>
    public override async Task<GetReconciliationResponse> GetReconciliation(GetReconciliationRequest request, ServerCallContext context)
    {
        var labels = await db.List<LabelRow>().AtSites(nameof(LabelRow.SiteId), "").Is(nameof(LabelRow.BatchId), request.BatchId)
            .By(nameof(LabelRow.RequestedTime), nameof(LabelRow.Id)).ReadAsync(null, context.CancellationToken);
        if (labels is [])
            throw new RefusedException(Refusal.Missing($"batches/{request.BatchId}", "BATCH_WITHOUT_LABELS", $"No label was printed for batch {request.BatchId}.").With("batch_id", request.BatchId));
        var open = labels.Where(l => l.Fate is Fate.Open).Select(l => l.Id).ToList();
        return new GetReconciliationResponse
        {
            BatchId = request.BatchId,
            PrintedCount = labels.Count,
            AppliedCount = labels.Count(l => l.Fate is Fate.Applied),
            VoidedCount = labels.Count(l => l.Fate is Fate.Voided),
            DestroyedCount = labels.Count(l => l.Fate is Fate.Destroyed),
            OpenCount = open.Count,
            Reconciled = open is [],
            OpenPrintIds = { open },
        };
    }

    /// <inheritdoc/>
    public override async Task WatchPrints(WatchPrintsRequest request, IServerStreamWriter<WatchPrintsResponse> responseStream, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        Dictionary<string, long> sent = new(StringComparer.Ordinal);
        DateTimeOffset? since = null;
        await foreach (var _ in signals.ChangesAsync(db.Service, cancel))
        {
            var start = db.Now - LookBack;
            var query = db.List<LabelRow>().AtSites(nameof(LabelRow.SiteId), request.SiteId).IsIfAny(nameof(LabelRow.Printer), request.Printer).By(nameof(LabelRow.ChangedTime), nameof(LabelRow.Id));
            if (since is { } known) query.From(nameof(LabelRow.ChangedTime), known);
            else query.Is(nameof(LabelRow.Fate), Fate.Open).Among(nameof(LabelRow.State), JobState.Queued, JobState.Failed);
            var rows = await query.ReadAsync(null, cancel);
            foreach (var label in rows.Where(l => sent.GetValueOrDefault(l.Id) < l.Version))
            {
                var waits = label is { State: JobState.Queued, Fate: Fate.Open };
                await responseStream.WriteAsync(new WatchPrintsResponse { Label = label.ToWire(label.Version), Zpl = waits ? LabelContent.Parser.ParseJson(label.Content).Zpl : "" }, cancel);
                sent[label.Id] = label.Version;
            }

            since = since is null ? start : rows is [.., var newest] ? newest.ChangedTime - LookBack : since;
        }
    }

    static JobState? StateOf(PrintState state) => state switch
    {
        PrintState.Queued => JobState.Queued,
        PrintState.Printed => JobState.Printed,
        PrintState.Verified => JobState.Verified,
        PrintState.Failed => JobState.Failed,
        _ => null,
    };
}
