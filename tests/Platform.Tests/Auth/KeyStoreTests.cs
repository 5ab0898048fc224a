using System.Security.Cryptography;
using Doseline.Platform.Auth;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Tests.Auth;

/// <summary>An installation has one key of a name, whoever asks first, and nobody else on the machine can read it.</summary>
public sealed class KeyStoreTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("doseline-keys-").FullName;

    [Fact]
    public void Processes_that_start_at_once_agree_on_the_key()
    {
        for (var round = 0; round < 10; round++)
        {
            var name = $"tokens-{round}";
            using Barrier start = new(4);
            var seen = new string[4];
            Thread[] processes = [.. Enumerable.Range(0, 4).Select(i => new Thread(() =>
            {
                var store = Store();
                start.SignalAndWait();
                seen[i] = Public(store.Signing(name));
            }))];
            foreach (var process in processes) process.Start();
            foreach (var process in processes) process.Join();
            seen.Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
            Public(Store().Signing(name)).ShouldBe(seen[0]);
        }

        Directory.GetFiles(folder).ShouldAllBe(file => file.EndsWith(".pem", StringComparison.Ordinal));
    }

    [Fact]
    public void Only_its_owner_reads_a_key_file()
    {
        Store().Signing("tokens");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.Combine(folder, "tokens.pem")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_configured_key_is_used_and_nothing_is_written()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Public(Store(new KeyValuePair<string, string?>("Keys:tokens", key.ExportPkcs8PrivateKeyPem())).Signing("tokens")).ShouldBe(Public(key));
        Directory.GetFiles(folder).ShouldBeEmpty();
    }

    [Fact]
    public void A_secret_is_the_same_after_a_restart_and_differs_by_name()
    {
        Store().Secret("page-tokens").ShouldBe(Store().Secret("page-tokens"));
        Store().Secret("page-tokens").ShouldNotBe(Store().Secret("patient-tokens"));
        Store().Secret("page-tokens").Length.ShouldBe(32);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    KeyStore Store(params KeyValuePair<string, string?>[] settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", folder), .. settings]).Build());

    static string Public(ECDsa key) => Convert.ToHexString(key.ExportSubjectPublicKeyInfo());
}
