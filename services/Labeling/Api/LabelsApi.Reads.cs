using System.Globalization;
using Doseline.Kernel.Rules;
using Doseline.Labeling.Data;
using Doseline.Labeling.Domain.DataMatrix;
using Doseline.Labeling.Domain;
using Doseline.Labeling.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

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
        var cancel = context.CancellationToken;
        var query = Visible(request.SiteId);
        if (request.BatchId is { Length: > 0 } batch) query = query.Where(l => l.BatchId == batch);
        if (request.DoseId is { Length: > 0 } dose) query = query.Where(l => l.DoseId == dose);
        if (StateOf(request.State) is { } state) query = query.Where(l => l.State == state);
        if (pages.Read(request) is [var ticks, var last])
        {
            var from = new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero);
            query = query.Where(l => l.RequestedTime > from || (l.RequestedTime == from && string.Compare(l.Id, last) > 0));
        }

        var size = PageTokens.SizeOf(request.PageSize);
        var rows = await query.OrderBy(l => l.RequestedTime).ThenBy(l => l.Id).Take(size + 1).ToListAsync(cancel);
        ListLabelsResponse response = new() { Labels = { rows.Take(size).Select(l => l.ToWire(l.Version)) } };
        if (rows.Count > size && rows[size - 1] is var end)
            response.NextPageToken = pages.Write(request, end.RequestedTime.UtcTicks.ToString(CultureInfo.InvariantCulture), end.Id);
        return response;
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
        var labels = await Visible("").Where(l => l.BatchId == request.BatchId).OrderBy(l => l.RequestedTime).ThenBy(l => l.Id)
            .Select(l => new { l.Id, l.Fate }).ToListAsync(context.CancellationToken);
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
            var query = Visible(request.SiteId);
            var start = db.Now - LookBack;
            if (request.Printer is { Length: > 0 } printer) query = query.Where(l => l.Printer == printer);
            query = since is { } known ? query.Where(l => l.ChangedTime >= known) : query.Where(l => l.Fate == Fate.Open && (l.State == JobState.Queued || l.State == JobState.Failed));
            var rows = await query.OrderBy(l => l.ChangedTime).ThenBy(l => l.Id).ToListAsync(cancel);
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

    IQueryable<LabelRow> Visible(string site)
    {
        var sites = db.Request.Caller.Sites;
        var query = db.Labels.AsNoTracking();
        if (site.Length > 0) return query.Where(l => l.SiteId == site);
        return sites.Contains(Caller.AllSites, StringComparer.Ordinal) ? query : query.Where(l => sites.Contains(l.SiteId));
    }
}
