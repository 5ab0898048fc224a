using Doseline.Audit.V1;

namespace Doseline.Platform.Audit.Export;

/// <summary>What a trail is searched for, as a query and in words.</summary>
static class TrailFilters
{
    /// <summary>Rows that fit everything the filter names.</summary>
    public static IQueryable<AuditRow> Where(this IQueryable<AuditRow> rows, TrailFilter? filter)
    {
        if (filter is null) return rows;
        if (filter.Entity is { Length: > 0 } entity) rows = rows.Where(r => r.Entity == entity);
        if (filter.EntityId is { Length: > 0 } id) rows = rows.Where(r => r.EntityId == id);
        if (filter.PersonId is { Length: > 0 } person) rows = rows.Where(r => r.Actor == person || r.OnBehalfOf == person);
        if (filter.Action is { Length: > 0 } action) rows = rows.Where(r => r.Action == action);
        if (filter.SignatureId is { Length: > 0 } signature) rows = rows.Where(r => r.SignatureId == signature);
        if (filter.CausationId is { Length: > 0 } cause) rows = rows.Where(r => r.CausationId == cause);
        if (filter.CorrelationId is { Length: > 0 } correlation) rows = rows.Where(r => r.CorrelationId == correlation);
        if (filter.FromTime?.ToDateTimeOffset() is { } from) rows = rows.Where(r => r.Time >= from);
        if (filter.ToTime?.ToDateTimeOffset() is { } to) rows = rows.Where(r => r.Time < to);
        return rows;
    }

    /// <summary>The filter in words, for the header of an export.</summary>
    public static string Words(TrailFilter? filter) => filter is null ? "" : string.Join(" and ", Parts(filter));

    static IEnumerable<string> Parts(TrailFilter filter)
    {
        foreach (var field in TrailFilter.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.Accessor.GetValue(filter) is var value && value is not null && value is not "") yield return $"{field.Name} = {value}";
        }
    }
}
