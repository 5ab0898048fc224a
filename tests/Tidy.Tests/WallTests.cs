using System.Text.RegularExpressions;
using System.Xml.Linq;
using Doseline.Testing;

namespace Doseline.Tidy.Tests;

public sealed partial class WallTests
{
    static readonly string[] Services = ["Orders", "Execution", "Inventory", "Quality", "Labeling", "Shipping", "Waste", "Identity"];

    [Fact]
    [Requirement("A103")]
    public void A_service_references_its_rules_the_platform_and_the_contracts_and_no_other_service()
    {
        foreach (var service in Services)
        {
            // The one package that is a single service's own affair.
            string[] engines = service is "Identity" ? ["OpenIddict.Server.AspNetCore"] : [];
            References($"services/{service}/{service}.csproj").Except([$"{service}.Domain", "Platform", "Contracts", .. engines]).ShouldBeEmpty($"{service} may not reference another service");
        }
    }

    [Fact]
    public void Rules_reference_the_kernel_alone_and_the_kernel_only_the_calendar()
    {
        // What their project does not reference does not compile: no database, no web, no wire.
        foreach (var service in Services) References($"services/{service}/Domain/{service}.Domain.csproj").ShouldBeEmpty(service);
        References("Directory.Build.props").ShouldBe(["Kernel"]);
        References("services/Kernel/Kernel.csproj").ShouldBe(["NodaTime"]);
    }

    [Fact]
    [Requirement("A129")]
    public void Only_hosting_reads_the_wall_clock_makes_random_numbers_or_waits()
    {
        // The analyser bans them (services/BannedSymbols.txt); nothing is let off but one folder.
        Repository.Sources().Concat(Repository.Sources("gateway")).Where(f => f.Text.Contains("RS0030", StringComparison.Ordinal)).Select(f => f.Path).ShouldBeEmpty();
        File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig")).ShouldContain("[services/Platform/Hosting/**.cs]\ndotnet_diagnostic.RS0030.severity = none\n");
    }

    [Fact]
    [Requirement("A137")]
    public void What_a_curie_is_stands_in_the_table_of_units_alone()
    {
        var broken =
            from file in Repository.Sources().Concat(Repository.Sources("gateway")).Concat(Repository.Sources("gateway/console/src", "*.ts*")).Concat(Repository.Sources("loadtests"))
            where !file.Path.Contains("/generated/", StringComparison.Ordinal)
            from line in file.Text.Split('\n')
            where Curie().IsMatch(line) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
            select $"{file.Path}: {line.Trim()}";
        broken.ShouldBeEmpty();
    }

    [Fact]
    public void A_program_of_a_service_is_one_statement()
    {
        foreach (var service in Services)
        {
            File.ReadAllLines(Path.Combine(Repository.Root, "services", service, "Program.cs"))
                .Count(l => l.Length > 0 && !l.StartsWith("using", StringComparison.Ordinal)).ShouldBe(1, service);
        }
    }

    [Fact]
    [Requirement("A054", "A180")]
    public void An_id_that_is_made_of_a_requests_is_made_of_its_callers_too()
    {
        // RequestContext.Derived puts both in; nothing else makes an id of a request's, and no service calls another under an id made otherwise.
        var broken =
            from file in Repository.Sources()
            where !file.Path.StartsWith("services/Local/", StringComparison.Ordinal) && !file.Path.EndsWith("/RequestContext.cs", StringComparison.Ordinal)
            from line in file.Text.Split('\n')
            where OfRequest().IsMatch(line)
            select $"{file.Path}: {line.Trim()}";
        broken.ShouldBeEmpty();
    }

    [Fact]
    public void No_file_names_a_path_of_a_machine_or_a_package_registry()
    {
        var broken =
            from file in Repository.Sources(".", "*.*")
            where !file.Path.StartsWith(".git", StringComparison.Ordinal) && Text().IsMatch(file.Path)
                && !file.Path.EndsWith("WallTests.cs", StringComparison.Ordinal)
            from Match match in Machine().Matches(file.Text)
            select $"{file.Path}: {match.Value}";
        broken.ShouldBeEmpty();
    }

    [Fact]
    public void A_source_file_stays_short_enough_to_read_in_one_sitting()
    {
        // 300 lines want a reason; 450 are too many whatever the reason.
        var long_ = Repository.Sources().Concat(Repository.Sources("gateway")).Select(f => (f.Path, Lines: f.Text.Count(c => c == '\n'))).Where(f => f.Lines > 450).Select(f => $"{f.Path}: {f.Lines}");
        long_.ShouldBeEmpty();
    }

    static IEnumerable<string> References(string project) =>
        from reference in XDocument.Load(Path.Combine(Repository.Root, project)).Descendants()
        where reference.Name.LocalName is "ProjectReference" or "PackageReference"
        select reference.Attribute("Include")!.Value.Replace(".csproj", "", StringComparison.Ordinal).Split('/', '\\')[^1];

    // As a number in any spelling, or a unit of activity beside a power of ten.
    [GeneratedRegex(@"\b3\.7e\d|\b37(e\d|_?000)|\b[kMGTP]Bq\W{1,4}1(e\d|_?000)|1(e\d|_?000)[\d_]*\W{1,4}[""'][kMGTP]Bq", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Curie();

    [GeneratedRegex(@"Id\.From\([^)]*(RequestId|requestId|CausationId)|\bRequestId = (?!(call\.RequestId|db\.Request\.Derived|call\.Derived|method\.))", RegexOptions.ExplicitCapture)]
    private static partial Regex OfRequest();

    [GeneratedRegex(@"(?<![\w.])/(work|farm|home)/[a-z]|registry\.npmjs\.org|api\.nuget\.org|deb\.debian\.org")]
    private static partial Regex Machine();

    [GeneratedRegex(@"\.(cs|csproj|props|md|json|ya?ml|sh|mjs|proto|sql|config)$")]
    private static partial Regex Text();
}
