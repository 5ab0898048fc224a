using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Identity.Keys;
using Doseline.Identity.Oidc;
using Doseline.Identity.Passwords;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Kernel.Time;
using Doseline.Platform.Auth;
using Doseline.Platform.Signing;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Signing;

/// <summary>Serves <see cref="SigningService"/>.</summary>
public sealed class SigningApi(IdentityDb db, Credentials credentials, SigningKeys keys, SigningWindows windows) : SigningService.SigningServiceBase
{
    /// <inheritdoc/>
    public override async Task<PrepareResponse> Prepare(PrepareRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var what = WhatIsSigned.Read(request.Method, request.RequestJson, request.SecondPerson).OrThrow();
        var person = await CallerAsync(cancel);
        var until = person is null || request.SecondPerson ? null : await windows.UntilAsync(db.Request.Caller.SessionId, person.Id, cancel);
        var alone = until > db.Now;
        return new PrepareResponse
        {
            Meaning = what.Need.Meaning,
            MeaningText = Meanings.TextOf(what.Need.Meaning),
            ContentJson = what.Content,
            ContentHash = what.Hash,
            NeedsLoginName = !alone,
            PasswordOnlyUntilTime = alone ? Timestamp.FromDateTimeOffset(until!.Value) : null,
            NeedsSecondPerson = what.Need.SecondPerson,
            SignerRoles = { what.RolesNeeded(request.SecondPerson) },
        };
    }

    /// <inheritdoc/>
    public override async Task<SignResponse> Sign(SignRequest request, ServerCallContext context)
    {
        var cancel = context.CancellationToken;
        var caller = db.Request.Caller;
        List<Refusal> refusals = [];
        var what = WhatIsSigned.Read(request.Method, request.RequestJson, request.SecondPerson).OrAdd(refusals);
        if (caller.Is(Roles.Service)) refusals.Add(Refusal.Denied("login_name", "SIGNER_NOT_A_PERSON", "Only a person can sign.").With("caller_id", caller.Subject));
        if (!Zones.Exists(request.Zone)) refusals.Add(Refusal.Invalid("zone", "ZONE_UNKNOWN", "The zone is an IANA name, for example Europe/Berlin.").With("zone", request.Zone));
        refusals.ThrowIfAny();

        var self = await CallerAsync(cancel);
        var both = request.LoginName is not "";
        var signer = caller.IsDevelopment ? Nobody(caller) : await SignerAsync(request, self, both, cancel);
        if (caller.IsDevelopment) self = signer;
        var isCaller = signer.Id == self?.Id;
        var needed = what!.RolesNeeded(request.SecondPerson);
        // Only what this signature needs, role by role with its sites: a right elsewhere is none here.
        List<Right> rights = [.. (isCaller ? caller.Rights : await Held.OfAsync(db, signer.Id, cancel)).Where(r => needed.Contains(r.Role, StringComparer.Ordinal))];
        // One person, one id, by whatever login she came.
        var signerId = signer.Id;
        refusals.AddRange(SigningRules.Refusals(signerId, [.. rights.Select(r => r.Role)], caller.Subject, request.SecondPerson, needed));
        refusals.ThrowIfAny();

        var key = await keys.CurrentAsync(cancel);
        var claims = ClaimsOf(request, what, signer, signerId, both) with { Rights = rights };
        db.Signings.Add(RowOf(claims, caller.Subject, key.Kid));
        var until = isCaller ? await windows.OpenAsync(caller.SessionId, signer.Id, cancel) : null;
        await db.SaveChangesAsync(cancel);
        return new SignResponse
        {
            Signature = SignatureTokens.Write(claims, key.Private),
            Manifestation = Meanings.Show(claims),
            ContentJson = what.Content,
            ExpireTime = Timestamp.FromDateTimeOffset(claims.ExpireTime),
            PasswordOnlyUntilTime = until is { } open ? Timestamp.FromDateTimeOffset(open) : null,
        };
    }

    /// <inheritdoc/>
    public override async Task<GetSigningKeySetResponse> GetSigningKeySet(GetSigningKeySetRequest request, ServerCallContext context)
    {
        await keys.CurrentAsync(context.CancellationToken);
        return new GetSigningKeySetResponse { Keys = { (await keys.HistoryAsync(context.CancellationToken)).Reverse().Select(SigningKeyWire.Of) } };
    }

    // A development token stands for a person whom nobody hired, and who has no password: where such tokens are accepted at all, they sign without one.
    PersonRow Nobody(Caller caller) => new() { Id = caller.Subject, Login = caller.Subject, Name = caller.Name, JoinedTime = db.Now, Confirmed = true };

    // The person of the token: one who signs in here, or one who signs in elsewhere and has a password for signing here.
    Task<PersonRow?> CallerAsync(CancellationToken cancel)
    {
        var subject = db.Request.Caller.Subject;
        return db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == subject, cancel);
    }

    // Whose password was right. What is wrong with name or password is never told apart.
    async Task<PersonRow> SignerAsync(SignRequest request, PersonRow? self, bool both, CancellationToken cancel)
    {
        var login = Logins.Normal(request.LoginName);
        var signer = both ? await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Login == login, cancel) : self;
        if (!both)
        {
            var until = self is null ? null : await windows.UntilAsync(db.Request.Caller.SessionId, self.Id, cancel);
            if (until is null || until <= db.Now) throw new RefusedException(SigningRules.BothNeeded(until));
        }

        var check = signer is null
            ? await credentials.SignInAsync(request.LoginName, request.Password, cancel)
            : await credentials.CheckAsync(signer.Id, request.Password, cancel);
        if (check.Refusal is { } refusal) throw new RefusedException(refusal);
        if (signer is { Confirmed: false }) throw new RefusedException(SigningRules.NotConfirmed(signer.Id));
        if (check.MustChange) throw new RefusedException(Refusal.State("password", "PASSWORD_MUST_CHANGE", "The password must be changed before it signs anything."));
        return signer!;
    }

    SignatureClaims ClaimsOf(SignRequest request, WhatIsSigned what, PersonRow signer, string signerId, bool both)
    {
        // Whole milliseconds, as the token carries them.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(db.Now.ToUnixTimeMilliseconds());
        return new SignatureClaims
        {
            Id = db.Ids.New(),
            SignerId = signerId,
            SignerName = signer.Name,
            Meaning = what.Need.Meaning,
            Method = what.Method,
            ContentHash = what.Hash,
            Time = now,
            ExpireTime = now + SignatureTokens.Lifetime,
            Zone = request.Zone,
            OffsetMinutes = (int)Zones.OffsetAt(now, request.Zone).TotalMinutes,
            Rights = [],
            BothComponents = both,
            IsSecond = request.SecondPerson,
        };
    }

    static SigningRow RowOf(SignatureClaims claims, string callerId, string keyId) => new()
    {
        Id = claims.Id,
        SignerId = claims.SignerId,
        SignerName = claims.SignerName,
        CallerId = callerId,
        Meaning = Meanings.CodeOf(claims.Meaning),
        Method = claims.Method,
        ContentHash = claims.ContentHash,
        Time = claims.Time,
        Zone = claims.Zone,
        BothComponents = claims.BothComponents,
        SecondPerson = claims.IsSecond,
        KeyId = keyId,
    };
}
