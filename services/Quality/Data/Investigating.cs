using Doseline.Quality.Domain;

namespace Doseline.Quality.Data;

/// <summary>Says which results count, by the investigations of a batch.</summary>
static class Investigating
{
    /// <summary>How the investigation of each result ended, by result.</summary>
    public static Dictionary<string, OosConclusion> Conclusions(this IEnumerable<InvestigationRow> investigations) =>
        investigations.ToDictionary(i => i.ResultId, i => i.Conclusion, StringComparer.Ordinal);

    /// <summary>The result that counts of those of one test on one batch or dose; null when there is none.</summary>
    public static ResultRow? Counting(this IReadOnlyCollection<ResultRow> results, IReadOnlyDictionary<string, OosConclusion> concluded)
    {
        var counts = StandingResults.Of([.. results.Select(r => new JudgedResult(r.Id, r.Attempt, r.Finding))], concluded);
        return counts is null ? null : results.First(r => r.Id == counts.Id);
    }
}
