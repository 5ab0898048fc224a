namespace Doseline.Quality.Domain;

/// <summary>A result as it was judged.</summary>
/// <param name="Id">Result.</param>
/// <param name="Attempt">Attempt, from 1.</param>
/// <param name="Finding">Verdict.</param>
public sealed record JudgedResult(string Id, long Attempt, Finding Finding);

/// <summary>Says which of several results of one test counts.</summary>
public static class StandingResults
{
    /// <summary>
    /// The one that counts: a result out of specification that is confirmed, or still investigated, whatever was measured after it; else the last of those
    /// that are not invalidated. Null when there is none.
    /// </summary>
    /// <param name="results">Results of one test on one batch or dose.</param>
    /// <param name="concluded">How the investigation of a result ended, by result; a result without one is not in it.</param>
    public static JudgedResult? Of(IReadOnlyCollection<JudgedResult> results, IReadOnlyDictionary<string, OosConclusion> concluded)
    {
        OosConclusion? Ended(JudgedResult result) => concluded.TryGetValue(result.Id, out var how) ? how : null;
        return results.Where(r => Ended(r) is OosConclusion.Confirmed).MaxBy(r => r.Attempt)
            ?? results.Where(r => Ended(r) is OosConclusion.Open).MaxBy(r => r.Attempt)
            ?? results.Where(r => Ended(r) is null).MaxBy(r => r.Attempt);
    }
}
