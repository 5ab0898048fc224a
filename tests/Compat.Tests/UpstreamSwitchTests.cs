using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;

namespace Doseline.Compat.Tests;

/// <summary>Where the real packages are, one property drops the stand-ins: it must not rot.</summary>
public sealed class UpstreamSwitchTests
{
    static readonly string Root = FindRoot();

    [Fact]
    public async Task With_the_switch_contracts_takes_the_package_and_no_stand_in()
    {
        var items = await ItemsAsync("protos/Contracts.csproj", upstream: true);

        items.Packages.ShouldContain("Grpc.Core.Api");
        items.Projects.ShouldNotContain(project => project.Contains("compat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_the_switch_contracts_takes_the_stand_in_and_no_package()
    {
        var items = await ItemsAsync("protos/Contracts.csproj", upstream: false);

        items.Packages.ShouldNotContain("Grpc.Core.Api");
        items.Projects.ShouldContain("../compat/Grpc.Core.Api/Grpc.Core.Api.csproj");
    }

    [Theory]
    [InlineData("services/Kernel/Kernel.csproj")]
    [InlineData("tests/Compat.Tests/Compat.Tests.csproj")]
    public async Task With_the_switch_the_official_packages_bring_the_rest(string project)
    {
        var items = await ItemsAsync(project, upstream: true);

        items.Packages.ShouldContain("Grpc.AspNetCore.Server");
        items.Packages.ShouldNotContain("Grpc.Net.Common");
        items.Projects.ShouldNotContain(path => path.Contains("compat", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_reference_to_a_stand_in_heeds_the_switch()
    {
        var references = Projects().Where(path => !IsStandIn(path))
            .SelectMany(path => References(path).Where(item => IsStandIn(Include(item))))
            .ToList();

        references.ShouldNotBeEmpty();
        foreach (var item in references)
        {
            var condition = item.Attribute("Condition") ?? item.Parent!.Attribute("Condition");
            condition?.Value.ShouldBe("'$(UseUpstreamGrpc)' != 'true'", Include(item));
            condition.ShouldNotBeNull(Include(item));
        }
    }

    [Fact]
    public void No_stand_in_can_be_published()
    {
        foreach (var path in Projects().Where(IsStandIn))
            Load(path).Descendants("IsPackable").ShouldBeEmpty(path);
        Load("Directory.Build.props").Descendants("IsPackable").Single().Value.ShouldBe("false");
    }

    static bool IsStandIn(string path) =>
        path.StartsWith("compat/", StringComparison.Ordinal)
        || path.Contains("../compat/", StringComparison.Ordinal);

    static XDocument Load(string path) => XDocument.Load(Path.Combine(Root, path));

    static IEnumerable<XElement> References(string path) => Load(path).Descendants("ProjectReference");

    static string Include(XElement item) => item.Attribute("Include")!.Value;

    static IEnumerable<string> Projects() =>
        ((string[])["compat", "gateway", "loadtests", "protos", "services", "tests"])
            .Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.csproj", SearchOption.AllDirectories))
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));

    static async Task<(List<string> Packages, List<string> Projects)> ItemsAsync(
        string project, bool upstream)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = Root,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList =
            {
                "msbuild", project, "-getItem:PackageReference,ProjectReference", "-nodeReuse:false",
                $"-p:UseUpstreamGrpc={(upstream ? "true" : "false")}",
            },
        };
        // The test host runs inside an SDK of its own; what it told its children is not for this one.
        var told = start.Environment.Keys
            .Where(key => key.StartsWith("MSBuild", StringComparison.OrdinalIgnoreCase));
        foreach (var name in told.ToList()) start.Environment.Remove(name);
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, output);

        using var json = JsonDocument.Parse(output);
        var items = json.RootElement.GetProperty("Items");
        return (Identities(items, "PackageReference"), Identities(items, "ProjectReference"));
    }

    static List<string> Identities(JsonElement items, string kind) =>
    [
        .. items.GetProperty(kind).EnumerateArray()
            .Select(item => item.GetProperty("Identity").GetString()!.Replace('\\', '/')),
    ];

    static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
        {
            folder = Path.GetDirectoryName(folder)
                ?? throw new UnreachableException("The tests run inside the repository.");
        }

        return folder;
    }
}
