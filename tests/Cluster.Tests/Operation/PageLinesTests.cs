using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Doseline.Platform.Auth;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;

namespace Doseline.Cluster.Tests.Operation;

/// <summary>Lines of docs/operations.md for an installation that runs, word by word, where nothing but the cluster is played.</summary>
public sealed partial class PageLinesTests : IDisposable
{
    static readonly string Page = File.ReadAllText(Repository.At("docs", "operations.md"));
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("doseline-page-lines-");

    /// <inheritdoc/>
    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    [Requirement("A179")]
    public async Task A_key_that_is_made_by_the_lines_of_the_page_takes_the_place_of_the_old_one()
    {
        var lines = KeyLine().Match(Page);
        KeyStore keys = new(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", folder.FullName)]).Build());
        var old = keys.Standing("tokens-orders");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "tokens-orders.pub"), old.ExportSubjectPublicKeyInfoPem() + "\n");

        await RunAsync($"{lines.Groups["make"].Value}\n{lines.Groups["publish"].Value}");
        var said = RandomNumberGenerator.GetBytes(64);
        Knows(old.SignData(said, HashAlgorithmName.SHA256), said).ShouldBeTrue("both halves stand there");
        keys.Halves("tokens-orders").Count.ShouldBe(2);

        File.Move(Path.Combine(folder.FullName, "new.pem"), Path.Combine(folder.FullName, "tokens-orders.pem"), overwrite: true);
        keys.Standing("tokens-orders").ExportSubjectPublicKeyInfo().ShouldNotBe(old.ExportSubjectPublicKeyInfo());
        Knows(keys.Standing("tokens-orders").SignData(said, HashAlgorithmName.SHA256), said).ShouldBeTrue("the new key signs");

        bool Knows(byte[] signature, byte[] data) => keys.Halves("tokens-orders").Any(h => h.VerifyData(data, signature, HashAlgorithmName.SHA256));
    }

    [Theory]
    [Requirement("A172")]
    [InlineData("answers.yaml", 0)]
    [InlineData("changed.yaml", 1)]
    public async Task What_runs_is_compared_with_the_baseline_by_the_lines_of_the_page(string answers, int ends)
    {
        var cluster = Repository.At("tests", "chart", "cluster");
        var answered = await File.ReadAllTextAsync(Path.Combine(cluster, "answers.yaml"));
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "answers.yaml"), answered);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "changed.yaml"), answered.Replace("        enableServiceLinks: false\n", "        enableServiceLinks: false\n        hostNetwork: true\n", StringComparison.Ordinal));
        // What helm and kubectl give is what a real server answered; the program is the one that was built.
        var (code, output, errors) = await Tool.RunAsync("bash", ["-euc", $"""
            helm() (cat {cluster}/manifest.yaml)
            kubectl() (cat {answers})
            {BaselineLines().Match(Page).Groups["lines"].Value.Replace("dotnet run --project services/Local --", $"dotnet {Repository.Program("Local")}", StringComparison.Ordinal)}
            """], folder.FullName);
        code.ShouldBe(ends, output + errors);
        if (ends > 0) (output + errors).ShouldContain("spec.template.spec.hostNetwork: added true");
    }

    async Task RunAsync(string script)
    {
        var (code, output, errors) = await Tool.RunAsync("bash", ["-euo", "pipefail", "-c", script], folder.FullName);
        code.ShouldBe(0, script + output + errors);
    }

    [GeneratedRegex("^1\\. `(?<make>openssl [^`]+)`, and `(?<publish>openssl [^`]+)`", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex KeyLine();

    [GeneratedRegex("^```sh\n(?<lines>helm -n doseline get manifest .*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex BaselineLines();
}
