using Spectre.Console;

namespace Doseline.Local.Day;

/// <summary>What somebody who started a demonstration has to know: where it is, who its people are and what each may do.</summary>
static class DemoGreeting
{
    static readonly Dictionary<string, string> Work = new(StringComparer.Ordinal)
    {
        ["administrator"] = "lets people in, proposes roles, keeps the installation",
        ["qa"] = "releases, holds and rejects doses; approves roles and master data",
        ["master_data_steward"] = "drafts products, recipes, specifications, customers",
        ["radiation_safety"] = "receives material, keeps the licence, containers and surveys",
        ["planner"] = "plans runs into hot cells",
        ["supply_desk"] = "places and moves orders",
        ["operator"] = "makes batches, dispenses doses, turns hot cells around",
        ["verifier"] = "verifies what an operator did",
        ["qc_analyst"] = "records results",
        ["shipping"] = "packs, surveys and hands over packages",
        ["auditor"] = "reads everything, changes nothing",
    };

    /// <summary>Prints it.</summary>
    /// <param name="console">Where to.</param>
    /// <param name="address">Address of the console.</param>
    /// <param name="people">Name, sign-in name and role of each.</param>
    /// <param name="passwordOf">Password of a sign-in name; null where passwords may not be shown, for what is printed there is kept.</param>
    /// <param name="file">File in which the passwords are.</param>
    public static void Print(IAnsiConsole console, Uri address, IReadOnlyList<(string Name, string Login, string Role)> people, Func<string, string>? passwordOf, string file)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("Who", "Role", "What for", "Sign-in name");
        if (passwordOf is not null) table.AddColumn("Password");
        foreach (var (name, login, role) in people)
        {
            string[] cells = [name, role, Work.GetValueOrDefault(role, ""), login];
            table.AddRow([.. cells.Concat(passwordOf is null ? [] : [passwordOf(login)]).Select(Markup.Escape)]);
        }

        console.Write(table);
        console.WriteLine(passwordOf is null
            ? $"The passwords are in {file}; they are not written where output is kept."
            : $"The passwords are shown this once; they stay in {file}.");
        console.WriteLine($"The console: {address}");
    }
}
