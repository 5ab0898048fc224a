namespace Doseline.Local.Cli;

/// <summary>What somebody meant who mistyped a word.</summary>
static class NearestWord
{
    // Of a word of four letters half may be wrong, of a long one not more than these.
    const int EditsMax = 3;

    /// <summary>The known word that the fewest edits lead to (a letter more, less, another, or two that changed places); null when none is near.</summary>
    /// <param name="typed">What was typed.</param>
    /// <param name="known">Words there are.</param>
    public static string? To(string typed, IEnumerable<string> known) => known
        .Select(word => (Word: word, Edits: Between(typed.ToLowerInvariant(), word.ToLowerInvariant())))
        .Where(near => near.Edits <= Math.Min(EditsMax, Math.Max(1, typed.Length / 2)))
        .OrderBy(near => near.Edits).ThenBy(near => near.Word, StringComparer.Ordinal)
        .Select(near => near.Word).FirstOrDefault();

    // The distance of Damerau and Levenshtein, each pair of letters changing places at most once.
    static int Between(string a, string b)
    {
        var edits = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) edits[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) edits[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                edits[i, j] = Math.Min(Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1, edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
            }
        }

        return edits[a.Length, b.Length];
    }
}
