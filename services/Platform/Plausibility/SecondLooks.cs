using Doseline.Kernel.Rules;
using Doseline.Platform.Data;

namespace Doseline.Platform.Plausibility;

/// <summary>Questions values before they are recorded.</summary>
public static class SecondLooks
{
    /// <summary>Holds values against the bounds in force, and keeps with what is saved who looked twice at those outside of them.</summary>
    /// <param name="db">Database of the service that owns the record.</param>
    /// <param name="siteId">Its site.</param>
    /// <param name="recordId">Record the values are of.</param>
    /// <param name="asked">The values; those that nothing is known of are null.</param>
    /// <param name="cancel">Cancels.</param>
    /// <exception cref="RefusedException">VALUE_IMPLAUSIBLE for each value that was questioned and not looked at again; SECOND_LOOK_NOT_ASKED.</exception>
    public static async Task LookAsync(this ServiceDb db, string siteId, string recordId, IEnumerable<Asked?> asked, CancellationToken cancel)
    {
        var values = await InForceAsync(db, [.. asked.OfType<Asked>()], cancel);
        var look = db.Request.SecondLook;
        foreach (var odd in Plausible.Judge(values, look?.Fields ?? [], look?.Reason ?? "").OrThrow())
        {
            db.Put(new SecondLookRow
            {
                Id = db.Ids.New(),
                SiteId = siteId,
                RecordId = recordId,
                Measure = odd.Measure.Code,
                Field = odd.Field,
                Value = odd.Value,
                Minimum = odd.Minimum,
                Maximum = odd.Maximum,
                Unit = odd.Unit,
                ReferenceTime = odd.Reference,
                Reason = look!.Reason,
                PersonId = db.Request.Caller.Subject,
                PersonName = db.Request.Caller.Name,
                Time = db.Now,
            });
        }
    }

    // The nearest bounds that were set win: of the item, then of the product, then of the measure.
    static async Task<IReadOnlyList<Asked>> InForceAsync(ServiceDb db, IReadOnlyList<Asked> asked, CancellationToken cancel)
    {
        if (asked is []) return asked;
        var rows = (await db.LoadAsync(db.Each<BoundsRow>(asked.SelectMany(Keys).Distinct(StringComparer.Ordinal)), cancel)).ToDictionary(r => r.Id, StringComparer.Ordinal);
        return [.. asked.Select(a => Keys(a).Select(rows.GetValueOrDefault).FirstOrDefault(r => r is not null) is { } set ? a with { Low = set.Minimum, High = set.Maximum } : a)];
    }

    static IEnumerable<string> Keys(Asked asked) =>
        [BoundsRow.IdOf(asked.Measure.Code, asked.Product, asked.Item), BoundsRow.IdOf(asked.Measure.Code, asked.Product, ""), BoundsRow.IdOf(asked.Measure.Code, "", "")];
}
