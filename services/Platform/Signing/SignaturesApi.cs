using System.Globalization;
using Doseline.Kernel.Rules;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Signing.V1;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Platform.Signing;

/// <summary>Serves <see cref="SignaturesService"/> for every service hosted here.</summary>
public sealed class SignaturesApi(DatabaseTable databases, IServiceProvider scope, SignatureGate gate, RequestContext request, PageTokens pages)
    : SignaturesService.SignaturesServiceBase
{
    /// <inheritdoc/>
    public override async Task<ListSignaturesResponse> ListSignatures(ListSignaturesRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var record = await RecordAsync(db, request.Entity, request.EntityId, cancel);
        // A record changed twice by one signed call is signed in its later version.
        var signed = record.Signed.GroupBy(r => r.SignatureId!, StringComparer.Ordinal).Select(g => g.Last()).OrderBy(r => r.Version).ToList();
        if (pages.Read(request) is [var after])
            signed.RemoveAll(r => r.Version <= long.Parse(after, CultureInfo.InvariantCulture));
        var size = PageTokens.SizeOf(request.PageSize);
        ListSignaturesResponse response = new();
        foreach (var row in signed.Take(size))
        {
            foreach (var signature in await db.Signatures.Where(s => s.Id == row.SignatureId || s.FirstId == row.SignatureId).OrderBy(s => s.FirstId).ToListAsync(cancel))
                response.Signatures.Add(SignatureStanding.Of(signature, await gate.ReadAsync(signature.Token, cancel), row, record));
        }

        if (signed.Count > size) response.NextPageToken = pages.Write(request, signed[size - 1].Version.ToString(CultureInfo.InvariantCulture));
        return response;
    }

    /// <inheritdoc/>
    public override async Task<GetSignatureResponse> GetSignature(GetSignatureRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var db = databases.Of(request.Service, scope);
        var row = await db.Signatures.FirstOrDefaultAsync(s => s.Id == request.SignatureId, cancel)
            ?? throw new RefusedException(Refusal.Missing($"signatures/{request.SignatureId}", "SIGNATURE_UNKNOWN", $"{request.Service} keeps no signature {request.SignatureId}.").With("signature_id", request.SignatureId));
        var claims = await gate.ReadAsync(row.Token, cancel);
        var first = row.FirstId ?? row.Id;
        var signed = await db.AuditTrail.Where(r => r.SignatureId == first).OrderBy(r => r.Seq).ToListAsync(cancel);
        GetSignatureResponse response = new() { ContentJson = row.Content, Token = row.Token };
        foreach (var version in signed.GroupBy(r => (r.Entity, r.EntityId)).Select(g => g.Last()))
            response.Records.Add(SignatureStanding.Of(row, claims, version, await RecordAsync(db, version.Entity, version.EntityId, cancel)));
        if (response.Records.Count == 0) response.Records.Add(SignatureStanding.Of(row, claims, null, null));
        return response;
    }

    async Task<RecordTrail> RecordAsync(ServiceDb db, string entity, string entityId, CancellationToken cancel)
    {
        var record = await RecordTrails.ReadAsync(db, entity, entityId, cancel)
            ?? throw new RefusedException(Refusal.Missing($"{entity}/{entityId}", "RECORD_UNKNOWN", $"{db.Service} has no record {entity}/{entityId}.").With("entity", entity).With("entity_id", entityId));
        if (record.SiteId is { } site) request.Caller.RequireSite(site);
        return record;
    }
}
