using Doseline.Identity.Data;
using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Microsoft.EntityFrameworkCore;

namespace Doseline.Identity.Api;

/// <summary>Names and subjects, which are one holder's for ever: over people, accounts and issuers.</summary>
public sealed class Names(IdentityDb db, IConfiguration config)
{
    const int SubjectLengthMax = 200;

    readonly string[] prefixes = [.. IssuerOptions.Read(config).Where(i => !i.Platform).Select(i => i.SubjectPrefix)];

    /// <summary>Refuses a name or subject that is, or was, another's.</summary>
    /// <param name="holderId">Who is to bear them.</param>
    /// <param name="name">Printed name.</param>
    /// <param name="subject">Subject at another identity provider; empty for none.</param>
    /// <param name="refusals">Takes every reason.</param>
    /// <param name="cancel">Cancels.</param>
    public async Task RequireFreeAsync(string holderId, string name, string subject, List<Refusal> refusals, CancellationToken cancel)
    {
        refusals.AddRange(PersonChangeRules.Bearable(name, subject, prefixes));
        if (subject.Length > SubjectLengthMax) refusals.Add(Refusal.Invalid("external_subject", "FIELD_TOO_LONG", $"external_subject has at most {SubjectLengthMax} characters.").With("length_max", SubjectLengthMax));
        if (await HolderAsync(PersonChangeRules.NameKey(name), cancel) is { } bearer && bearer != holderId)
            refusals.Add(Refusal.State("people", "NAME_TAKEN", "This printed name is, or was, another person's or account's; a middle name or initial tells them apart."));
        if (subject is "") return;
        // The id of anybody here is a subject too: that of their own tokens.
        var taken = await HolderAsync(PersonChangeRules.SubjectKey(subject), cancel) is { } owner && owner != holderId
            || await db.People.AnyAsync(p => p.Id == subject, cancel) || await db.Accounts.AnyAsync(a => a.Id == subject || a.ClientId == subject, cancel);
        if (taken) refusals.Add(Refusal.State("people", "SUBJECT_TAKEN", "This subject is, or was, another's."));
    }

    /// <summary>Gives them to the holder for ever; the caller saves.</summary>
    public async Task TakeAsync(string holderId, string name, string subject, CancellationToken cancel)
    {
        string[] keys = subject is "" ? [PersonChangeRules.NameKey(name)] : [PersonChangeRules.NameKey(name), PersonChangeRules.SubjectKey(subject)];
        foreach (var key in keys)
        {
            if (await HolderAsync(key, cancel) is null) db.TakenNames.Add(new TakenNameRow { Name = key, HolderId = holderId });
        }
    }

    async Task<string?> HolderAsync(string key, CancellationToken cancel) => await db.TakenNames.AsNoTracking().Where(n => n.Name == key).Select(n => n.HolderId).FirstOrDefaultAsync(cancel);
}
