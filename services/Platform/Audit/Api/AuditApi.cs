using System.Globalization;
using System.Text;
using Doseline.Audit.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Audit.Export;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Audit.Api;

/// <summary>Reads and proves the audit trail of the services hosted here.</summary>
public sealed class AuditApi(DatabaseTable databases, IServiceProvider scope, RequestContext caller, AuditSealer sealer, KeyStore keys, PageTokens pages) : AuditService.AuditServiceBase
{
    // A piece stays far below what a client takes in one message.
    const int PieceChars = 64 * 1024;

    /// <inheritdoc/>
    public override async Task<SealTrailResponse> SealTrail(SealTrailRequest request, ServerCallContext context)
    {
        var db = databases.Of(request.Service, scope);
        try
        {
            var (count, head) = await sealer.SealAsync(db, everywhere: true, sign: true, context.CancellationToken);
            return await db.AnswerAsync(new SealTrailResponse { Head = head ?? throw Nothing(request.Service), SealedCount = count }, context.CancellationToken);
        }
        catch (SealBrokenException broken)
        {
            throw new RefusedException(Refusal.State($"trails/{request.Service}", "SEAL_BROKEN", broken.Message).With("service", request.Service));
        }
    }

    /// <inheritdoc/>
    public override async Task<GetTreeHeadResponse> GetTreeHead(GetTreeHeadRequest request, ServerCallContext context)
    {
        var db = databases.Of(request.Service, scope);
        var head = await HeadAsync(db, request.Number, context.CancellationToken);
        var key = keys.KnownHalves(TreeHeads.KeyOf(request.Service)).FirstOrDefault(k => SignedDocument.KeyIdOf(k) == head.KeyId);
        return new GetTreeHeadResponse { Head = head, PublicKeyPem = key?.ExportSubjectPublicKeyInfoPem() ?? "" };
    }

    /// <inheritdoc/>
    public override async Task<ListTreeHeadsResponse> ListTreeHeads(ListTreeHeadsRequest request, ServerCallContext context)
    {
        var db = databases.Of(request.Service, scope);
        var (rows, next) = await pages.ReadAsync(request, db.List<HeadRow>().ByLast(nameof(HeadRow.Number)), context.CancellationToken);
        return new ListTreeHeadsResponse { Heads = { rows.Select(h => h.ToWire(db.Service)) }, NextPageToken = next };
    }

    /// <inheritdoc/>
    public override async Task<GetInclusionProofResponse> GetInclusionProof(GetInclusionProofRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        if (request.Seq <= 0 && (request.Entity is "" || request.EntityId is "" || request.Version <= 0))
            throw new RefusedException(Refusal.Invalid("seq", "ROW_NOT_NAMED", "Name the row by seq, or by entity, entity_id and version."));
        var size = await SizeAsync(db, request.TreeSize, "tree_size", cancel);
        var rows = request.Seq > 0
            ? db.AuditTrail.Where(r => r.Seq == request.Seq)
            : db.AuditTrail.Where(r => r.Entity == request.Entity && r.EntityId == request.EntityId && r.Version == request.Version);
        var row = await rows.Select(r => new { r.Seq }).FirstOrDefaultAsync(cancel)
            ?? throw new RefusedException(Refusal.Missing("audit", "ROW_UNKNOWN", "The trail has no such row."));
        var leaf = await db.Leaves.AsNoTracking().FirstOrDefaultAsync(l => l.Seq == row.Seq, cancel);
        if (leaf is null || leaf.LeafIndex >= size)
        {
            throw new RefusedException(Refusal.State($"audit/{row.Seq}", "ROW_NOT_SEALED", $"The row is not in the tree of {size} rows; seal, and ask again.")
                .With("seq", row.Seq).With("tree_size", size).With("leaf_index", leaf?.LeafIndex));
        }

        var proof = await new TreeReader(db).HashesAsync(Merkle.InclusionPath(leaf.LeafIndex, size), cancel);
        return new GetInclusionProofResponse { LeafIndex = leaf.LeafIndex, LeafHash = Convert.ToHexStringLower(leaf.LeafHash), TreeSize = size, Proof = { proof.Select(Convert.ToHexStringLower) } };
    }

    /// <inheritdoc/>
    public override async Task<GetConsistencyProofResponse> GetConsistencyProof(GetConsistencyProofRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var to = await SizeAsync(db, request.ToTreeSize, "to_tree_size", cancel);
        if (request.FromTreeSize < 1 || request.FromTreeSize > to)
            throw new RefusedException(Refusal.Invalid("from_tree_size", "TREE_SIZE_OUT_OF_RANGE", $"The earlier tree has 1 to {to} rows.").With("minimum", 1).With("maximum", to));
        return new GetConsistencyProofResponse { FromTreeSize = request.FromTreeSize, ToTreeSize = to, Proof = { await ConsistencyAsync(db, request.FromTreeSize, to, cancel) } };
    }

    /// <inheritdoc/>
    public override async Task<SearchTrailResponse> SearchTrail(SearchTrailRequest request, ServerCallContext context)
    {
        RequireEverySite();
        var rows = databases.Of(request.Service, scope).AuditTrail.Where(request.Filter);
        if (pages.Read(request) is [var seq])
        {
            var last = long.Parse(seq, CultureInfo.InvariantCulture);
            rows = request.NewestFirst ? rows.Where(r => r.Seq < last) : rows.Where(r => r.Seq > last);
        }

        rows = request.NewestFirst ? rows.OrderByDescending(r => r.Seq) : rows.OrderBy(r => r.Seq);
        var size = PageTokens.SizeOf(request.PageSize);
        var page = await rows.Take(size + 1).ToListAsync(context.CancellationToken);
        SearchTrailResponse response = new() { Records = { page.Take(size).Select(r => r.ToWire()) } };
        if (page.Count > size) response.NextPageToken = pages.Write(request, page[size - 1].Seq.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc/>
    public override async Task ExportTrail(ExportTrailRequest request, IServerStreamWriter<ExportTrailResponse> responseStream, ServerCallContext context)
    {
        RequireEverySite();
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var head = await HeadAsync(db, 0, cancel);
        if (request.PreviousTreeSize < 0 || request.PreviousTreeSize > head.TreeSize)
        {
            throw new RefusedException(Refusal.Invalid("previous_tree_size", "TREE_SIZE_OUT_OF_RANGE", $"The tree has {head.TreeSize} rows; a head over more was put away, or is of another trail.")
                .With("maximum", head.TreeSize));
        }

        var header = TrailExport.Header(db, head, caller.Caller.Name);
        header.Filter = TrailFilters.Words(request.Filter);
        if (request.PreviousTreeSize > 0)
        {
            header.PreviousTreeSize = request.PreviousTreeSize;
            header.Consistency.AddRange(await ConsistencyAsync(db, request.PreviousTreeSize, head.TreeSize, cancel));
        }

        var key = keys.Standing(TreeHeads.KeyOf(request.Service));
        var lines = request.Filter is null ? TrailExport.WholeAsync(db, head, header, key, cancel) : TrailExport.SomeAsync(db, head, header, request.Filter, key, cancel);
        var csv = request.Format is ExportFormat.Csv;
        StringBuilder piece = new(csv ? TrailCsv.Names : "");
        await foreach (var line in lines)
        {
            piece.Append(csv ? TrailCsv.Write(line) : JsonFormatter.Default.Format(line) + "\n");
            if (piece.Length < PieceChars) continue;
            await WriteAsync();
        }

        await WriteAsync();

        async Task WriteAsync()
        {
            await responseStream.WriteAsync(new ExportTrailResponse { Content = ByteString.CopyFromUtf8(piece.ToString()) }, cancel);
            piece.Clear();
        }
    }

    static async Task<TreeHead> HeadAsync(ServiceDb db, long number, CancellationToken cancel) =>
        (await db.Heads.AsNoTracking().Where(h => number == 0 || h.Number == number).OrderByDescending(h => h.Number).FirstOrDefaultAsync(cancel))?.ToWire(db.Service) ?? throw Nothing(db.Service);

    static async Task<long> SizeAsync(ServiceDb db, long asked, string field, CancellationToken cancel)
    {
        var sealedSize = (await HeadAsync(db, 0, cancel)).TreeSize;
        if (asked == 0) return sealedSize;
        return asked > 0 && asked <= sealedSize
            ? asked
            : throw new RefusedException(Refusal.Invalid(field, "TREE_SIZE_OUT_OF_RANGE", $"The tree has {sealedSize} rows.").With("minimum", 1).With("maximum", sealedSize));
    }

    static async Task<IEnumerable<string>> ConsistencyAsync(ServiceDb db, long from, long to, CancellationToken cancel) =>
        (await new TreeReader(db).HashesAsync(Merkle.ConsistencyPath(from, to), cancel)).Select(Convert.ToHexStringLower);

    static RefusedException Nothing(string service) =>
        new(Refusal.Missing($"trails/{service}", "NOTHING_SEALED", $"No such head of {service} was signed; seal first.").With("service", service));

    // A row does not say which site it is about, so whoever reads rows reads those of every site.
    void RequireEverySite() => caller.Caller.RequireSite(Caller.AllSites);
}
