using System.Net;
using System.Net.Sockets;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

/// <summary>The program as its user starts it: from where the user stands, and when something is wrong.</summary>
public sealed class CommandLineTests : IDisposable
{
    readonly DirectoryInfo here = Directory.CreateTempSubdirectory("doseline-here-");

    public void Dispose() => here.Delete(recursive: true);

    [Theory]
    [Requirement("P01")]
    [InlineData("a folder that is not there", 2, "nosuch: the folder is missing", "play", "nosuch")]
    [InlineData("a report that cannot be written", 2, "nosuch/report.json", "play", "{day}", "--json", "nosuch/report.json")]
    [InlineData("a file in place of the data", 2, "file", "play", "{day}", "--data", "file")]
    [InlineData("an instant that does not read", 2, "'noon' is not a local date and time", "demo", "{day}", "--at", "noon")]
    [InlineData("a word that is no command", 2, "'frobnicate' is neither a command nor a setting", "frobnicate")]
    [InlineData("a command mistyped", 2, "'daay' is neither a command nor a setting (--Key=value); 'play' is the nearest that is", "daay", "{day}")]
    [InlineData("another", 2, "'dmeo' is neither a command nor a setting (--Key=value); 'demo' is the nearest that is", "dmeo", "{day}", "--at", "2026-11-23T12:35")]
    [InlineData("an option mistyped", 2, "'--jsno' is neither a command nor a setting (--Key=value); '--json' is the nearest that is", "play", "{day}", "--jsno", "report.json")]
    [InlineData("an instant of a token that does not read", 2, "'noon' is not a local date and time", "token", "--role", "qa", "--at", "noon")]
    [InlineData("a setting without a value", 2, "'--Ports:App' is neither a command nor a setting", "--Ports:App")]
    [InlineData("a port that is none", 2, "Ports:App is 'abc', which is no port from 0 to 65535", "--Ports:App=abc")]
    [InlineData("an address that is none", 2, "Ports:Address is 'here', which is no IP address", "--Ports:Address=here")]
    [InlineData("a port that is taken", 2, "address already in use. Choose another with --Ports:App", "--Ports:App={taken}", "--Ports:Probe=0", "--Ports:Web=0", "--Ports:Grpc=0", "--Data:Directory=data")]
    [InlineData("a database that is not there", 2, "The database cannot be used", "--ConnectionStrings:orders=Host=127.0.0.1;Port={closed};Database=x", "--Data:Directory=data")]
    [InlineData("a file that is no database", 2, "file is not a database", "--Data:Directory=spoilt")]
    [InlineData("a key that is none", 2, "Keys:audit-seal-orders holds no private key", "audit", "key", "--service", "orders", "--Keys:audit-seal-orders=x")]
    [InlineData("nothing to check", 2, "There is no database of ", "check")]
    [InlineData("a part to check", 2, "There is no database of execution", "check", "--Data:Directory=spoilt")]
    [InlineData("a connection string that does not read", 2, "ConnectionStrings:orders does not read", "check", "--ConnectionStrings:orders=garbage")]
    [InlineData("another one", 2, "ConnectionStrings:orders does not read", "--ConnectionStrings:orders=Host=x;Port=abc", "--Data:Directory=data")]
    [InlineData("a token for no time", 2, "--hours is NaN", "token", "--role", "qa", "--hours", "NaN")]
    [InlineData("a level of logs that is none", 2, "Blah", "check", "--ConnectionStrings:orders=Data Source=none.db", "--Logging:LogLevel:Default=Blah")]
    [InlineData("a baseline that is none", 2, "is not genuine", "baseline", "check", "null", "file", "--Keys:Directory=keys")]
    [InlineData("a service that does not answer", 2, "Nobody answers", "audit", "head", "--service", "orders", "--address", "http://127.0.0.1:{closed}")]
    [InlineData("manifests that are not YAML", 2, "is not YAML", "baseline", "sign", "file", "--out", "baseline.json")]
    [InlineData("a baseline that is not there", 2, "nosuch.json", "baseline", "check", "nosuch.json", "file")]
    public async Task What_goes_wrong_is_a_sentence_and_an_exit_code(string what, int code, string told, params string[] arguments)
    {
        using TcpListener taken = new(IPAddress.Loopback, 0), closed = new(IPAddress.Loopback, 0);
        taken.Start();
        closed.Start();
        var closedPort = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        File.WriteAllText(Path.Combine(here.FullName, "file"), "a: b: c");
        File.WriteAllText(Path.Combine(here.FullName, "null"), "null");
        Directory.CreateDirectory(Path.Combine(here.FullName, "spoilt"));
        File.WriteAllText(Path.Combine(here.FullName, "spoilt", "orders.db"), new string('x', 4096));
        string[] given = [.. arguments.Select(a => a.Replace("{day}", SampleDay.Folder, StringComparison.Ordinal)
            .Replace("{taken}", $"{((IPEndPoint)taken.LocalEndpoint).Port}", StringComparison.Ordinal).Replace("{closed}", $"{closedPort}", StringComparison.Ordinal))];

        var (ended, output) = await SampleDay.RunAsync(here.FullName, given);

        ended.ShouldBe(code, $"{what}: {output}");
        output.ShouldContain(told, Case.Sensitive, what);
        output.ShouldNotContain("   at ", Case.Sensitive, what);
    }

    [Fact]
    [Requirement("P01")]
    public async Task Paths_begin_where_the_user_stands()
    {
        var (code, output) = await SampleDay.RunAsync(here.FullName, "token", "--role", "supply_desk");

        code.ShouldBe(0, output);
        File.Exists(Path.Combine(here.FullName, "data", "keys", "development.pem")).ShouldBeTrue();
    }
}
