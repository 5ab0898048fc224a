using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Doseline.Tidy.Tests;

/// <summary>The table of libraries and the central versions name the same packages, under the licences that these give themselves.</summary>
public sealed partial class LibraryTests
{
    [Fact]
    public void Every_package_stands_in_the_table_of_libraries_with_its_licence_and_nothing_else_does()
    {
        var table = Rows(File.ReadAllText(Path.Combine(Repository.Root, "docs", "decisions", "libraries.md")));
        table.Order(StringComparer.Ordinal).ShouldBe(Versions(Central).Select(v => $"{v.Package} ({v.Licence})").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_package_says_the_same_of_its_licence()
    {
        var packages = typeof(LibraryTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(m => m.Key is "PackageFolder").Value!;
        var wrong =
            from pinned in Versions(Central)
            let id = pinned.Package.ToLowerInvariant()
            let about = XDocument.Load(Path.Combine(packages, id, pinned.Version, $"{id}.nuspec")).Descendants().ToLookup(e => e.Name.LocalName, e => e.Value, StringComparer.Ordinal)
            let own = about["license"].SingleOrDefault() ?? AtAddress.GetValueOrDefault(about["licenseUrl"].SingleOrDefault() ?? "", "none")
            where own != pinned.Licence
            select $"{pinned.Package} {pinned.Version} is under {own}, not {pinned.Licence}";
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public void A_version_without_a_licence_is_none_that_a_table_can_name()
    {
        var versions = Versions(XDocument.Parse("""
            <Project>
              <ItemGroup><!-- MIT: why --><PackageVersion Include="A" Version="1" /><PackageVersion Include="B" Version="1" /></ItemGroup>
              <ItemGroup><GlobalPackageReference Include="C" Version="1" /></ItemGroup>
            </Project>
            """));
        versions.Select(v => (v.Package, v.Licence)).ShouldBe([("A", "MIT"), ("B", "MIT"), ("C", "no licence")]);
        Rows("| one | `A`, `B` | `C`: too slow | MIT |\n| other | our own | – | – |\n").ShouldBe(["A (MIT)", "B (MIT)"]);
    }

    // A package from before licences had names says where its text stands; this is what was read there.
    static readonly Dictionary<string, string> AtAddress = new(StringComparer.Ordinal)
    {
        ["https://raw.githubusercontent.com/HdrHistogram/HdrHistogram.NET/master/LICENSE.txt"] = "CC0-1.0 OR BSD-2-Clause",
    };

    static XDocument Central => XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"));

    // A licence is said by the comment above, for every package down to the next one.
    static IEnumerable<(string Package, string Version, string Licence)> Versions(XDocument props)
    {
        foreach (var group in props.Descendants("ItemGroup"))
        {
            var licence = "no licence";
            foreach (var node in group.Nodes())
            {
                if (node is XComment comment) licence = comment.Value.Split(':')[0].Trim();
                if (node is XElement { Name.LocalName: "PackageVersion" or "GlobalPackageReference" } package) yield return (package.Attribute("Include")!.Value, package.Attribute("Version")!.Value, licence);
            }
        }
    }

    // A row is: for | chosen | refused, and why | licence.
    static IEnumerable<string> Rows(string page) =>
        from line in page.Split('\n')
        let cells = line.Split('|', StringSplitOptions.TrimEntries)
        where cells.Length == 6
        from Match package in Quoted().Matches(cells[2])
        select $"{package.Groups[1].Value} ({cells[4]})";

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
