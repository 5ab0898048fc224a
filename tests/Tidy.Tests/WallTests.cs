using System.Text.RegularExpressions;
using System.Xml.Linq;
using Doseline.Testing;

namespace Doseline.Tidy.Tests;

public sealed partial class WallTests
{
    static readonly string[] Services = ["Orders", "Execution", "Inventory", "Quality", "Labeling", "Shipping", "Waste", "Identity"];

    [Fact]
    [Requirement("A103")]
    public void A_service_references_the_kernel_and_the_contracts_and_no_other_service()
    {
        foreach (var service in Services)
        {
            var references = XDocument.Load(Path.Combine(Repository.Root, "services", service, $"{service}.csproj"))
                .Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            references.Except(["Platform", "Contracts"]).ShouldBeEmpty($"{service} may not reference another service");
        }
    }

    [Fact]
    public void Rules_name_no_database_no_web_no_wire_and_no_clock()
    {
        var broken =
            from file in Repository.Sources()
            where file.Path.Contains("/Domain/", StringComparison.Ordinal)
            from Match match in Foreign().Matches(file.Text)
            select $"{file.Path}: {match.Value}";
        broken.ShouldBeEmpty();
    }

    [Fact]
    [Requirement("A129")]
    public void Nothing_outside_hosting_reads_the_wall_clock_makes_random_numbers_or_sleeps()
    {
        var broken =
            from file in Repository.Sources().Concat(Repository.Sources("gateway"))
            where !file.Path.StartsWith("services/Platform/Hosting/", StringComparison.Ordinal)
            from line in file.Text.Split('\n').Select((text, number) => (Text: text, Number: number + 1))
            where WallClock().IsMatch(line.Text) && !line.Text.TrimStart().StartsWith("//", StringComparison.Ordinal) && !Allowed(file.Path, line.Text)
            select $"{file.Path}:{line.Number}: {line.Text.Trim()}";
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
    public void No_file_names_a_path_of_a_machine_or_a_package_registry()
    {
        var broken =
            from file in Repository.Sources(".", "*.*")
            where !file.Path.StartsWith(".git", StringComparison.Ordinal) && Text().IsMatch(file.Path)
                && !file.Path.StartsWith("artifacts", StringComparison.Ordinal) && !file.Path.StartsWith("TestResults", StringComparison.Ordinal) && !file.Path.EndsWith("WallTests.cs", StringComparison.Ordinal)
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

    // Loops and transports wait on the machine's clock; entropy comes from one place.
    static bool Allowed(string path, string line) => path switch
    {
        "services/Platform/Messaging/WatchSignals.cs" => line.Contains("LookAgain", StringComparison.Ordinal),
        "services/Local/Cli/Commands.cs" => line.Contains("TimeProvider.System", StringComparison.Ordinal),
        _ => false,
    };

    [GeneratedRegex(@"using (Microsoft\.(EntityFrameworkCore|AspNetCore)|Google\.Protobuf|Grpc|Doseline\.\w+\.V1)[\w.]*;|\bTimeProvider\b")]
    private static partial Regex Foreign();

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b|TimeProvider\.System|new Random\(|Random\.Shared|Guid\.(NewGuid|CreateVersion7)|RandomNumberGenerator\.(Fill|Get)|Thread\.Sleep|Task\.Delay\(")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"(?<![\w.])/(work|farm|home)/[a-z]|registry\.npmjs\.org|api\.nuget\.org|deb\.debian\.org")]
    private static partial Regex Machine();

    [GeneratedRegex(@"\.(cs|csproj|props|md|json|ya?ml|sh|mjs|proto|sql|config)$")]
    private static partial Regex Text();
}
