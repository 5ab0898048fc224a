namespace Doseline.Trace;

/// <summary>A row of the contract.</summary>
/// <param name="Id">For example <c>A071</c>.</param>
/// <param name="Title">What it requires.</param>
sealed record ContractRow(string Id, string Title)
{
    /// <summary>Reads the rows of <c>docs/requirements-contract.md</c>, in its order.</summary>
    public static IReadOnlyList<ContractRow> Read(string file) =>
    [
        .. from line in File.ReadLines(file)
           where line is ['|', ' ', 'A' or 'E' or 'P', >= '0' and <= '9', ..]
           let cells = line.Split('|', StringSplitOptions.TrimEntries)
           // Rows that a user asked for have a kind before their owner; the others do not.
           select new ContractRow(cells[1], cells[1][0] is 'A' ? cells[4] : cells[3]),
    ];
}
