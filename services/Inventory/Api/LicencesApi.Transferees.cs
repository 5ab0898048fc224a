using Doseline.Inventory.Data;
using Doseline.Inventory.Domain;
using Doseline.Inventory.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Grpc.Core;
using WireTransferee = Doseline.Inventory.V1.Transferee;

namespace Doseline.Inventory.Api;

public sealed partial class LicencesApi
{
    /// <inheritdoc/>
    public override async Task<PutTransfereeResponse> PutTransferee(PutTransfereeRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var sent = request.Transferee?.Authorisation ?? new TransfereeAuthorisation();
        List<Refusal> refusals = [];
        const string field = "transferee.authorisation";
        refusals.RequireText(request.Reason, "reason", 500);
        refusals.RequireText(sent.Name, $"{field}.name");
        refusals.RequireText(sent.LicenceNumber, $"{field}.licence_number", 64);
        refusals.RequireText(sent.IssuingAgency, $"{field}.issuing_agency");
        refusals.RequireText(sent.EvidenceId, $"{field}.evidence_id", 64);
        refusals.RequirePositive(sent.LimitBq, $"{field}.limit_bq");
        var expire = sent.ExpireTime.Read($"{field}.expire_time").OrAdd(refusals);
        if (!Enum.IsDefined((Verification)sent.Method)) refusals.Add(Refusal.Invalid($"{field}.method", "VERIFICATION_REQUIRED", "Name how the transferee's authorisation was verified."));
        if (sent.Places is []) refusals.Add(Refusal.Invalid($"{field}.places", "FIELD_REQUIRED", "A licence names at least one place of receipt."));
        if (sent.Nuclides is []) refusals.Add(Refusal.Invalid($"{field}.nuclides", "FIELD_REQUIRED", "Name the nuclides that are authorised, or * for any."));
        foreach (var nuclide in sent.Nuclides.Where(n => n is not Domain.Licence.Any && Kernel.Decay.NuclideData.Current.Find(n) is not { IsStable: false }))
            refusals.Add(Refusal.Invalid($"{field}.nuclides", "NUCLIDE_UNKNOWN", $"'{nuclide}' is not a radioactive nuclide.").With("nuclide", nuclide));
        if (sent.Nuclides.Count + sent.Forms.Count + sent.Places.Count > LinesMax) refusals.Add(Refusal.Invalid(field, "TOO_MANY", $"At most {LinesMax} nuclides, forms and places together."));
        refusals.ThrowIfAny();

        TransfereeRow row;
        if (request.Transferee!.TransfereeId is "")
        {
            row = db.Put(TransfereeRow.Make(db.Ids.New()));
        }
        else
        {
            row = await db.TransfereeAsync(request.Transferee.TransfereeId, cancel);
            if (row.Version != request.Transferee.Version) throw new RefusedException(Refusal.Stale($"transferees/{row.Id}", request.Transferee.Version, row.Version));
        }

        (row.Name, row.LicenceNumber, row.IssuingAgency, row.ExpireTime, row.Method) = (sent.Name, sent.LicenceNumber, sent.IssuingAgency, expire, (Verification)sent.Method);
        (row.Nuclides, row.Forms, row.Places) = (Json.Write(sent.Nuclides.ToArray()), Json.Write(sent.Forms.ToArray()), Json.Write(sent.Places.ToArray()));
        (row.LimitBq, row.EvidenceId) = (sent.LimitBq, sent.EvidenceId);
        var answer = row.ToWire();
        answer.Version = db.VersionAfter(row);
        return await db.AnswerAsync(new PutTransfereeResponse { Transferee = answer }, cancel);
    }

    /// <inheritdoc/>
    public override async Task<ListTransfereesResponse> ListTransferees(ListTransfereesRequest request, ServerCallContext context)
    {
        var (rows, next) = await pageTokens.ReadAsync(request, db.List<TransfereeRow>().By(nameof(TransfereeRow.Id)), context.CancellationToken);
        return new ListTransfereesResponse { Transferees = { rows.Select(row => row.ToWire()) }, NextPageToken = next };
    }
}

/// <summary>Licensees on file between storage, rules and wire.</summary>
static class WireTransferees
{
    public static async Task<TransfereeRow> TransfereeAsync(this InventoryDb db, string id, CancellationToken cancel) =>
        await db.LoadAsync<TransfereeRow>(cancel, id) ?? throw Reading.Missing($"transferees/{id}", "TRANSFEREE_UNKNOWN", "There is no such licensee on file.");

    public static WireTransferee ToWire(this TransfereeRow row)
    {
        var known = row.ToDomain();
        return new WireTransferee
        {
            TransfereeId = row.Id, Version = row.Version,
            Authorisation = new TransfereeAuthorisation
            {
                Name = known.Name, LicenceNumber = known.LicenceNumber, IssuingAgency = known.IssuingAgency, ExpireTime = known.Expire.ToWire(), Method = (VerificationMethod)known.Method,
                Nuclides = { known.Nuclides }, Forms = { known.Forms }, LimitBq = known.LimitBq, Places = { known.Places }, EvidenceId = row.EvidenceId,
            },
        };
    }
}
