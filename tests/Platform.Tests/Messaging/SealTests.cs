using System.Security.Cryptography;
using Doseline.Platform.Auth;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging.Log;
using Doseline.Testing;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Tests.Messaging;

/// <summary>Keys of pages: each service its own, known to the others by its public half, changed while everything runs.</summary>
public sealed class SealTests : IDisposable
{
    static readonly byte[] Page = [1, 2, 3];

    readonly string folder = Directory.CreateTempSubdirectory("doseline-seals-").FullName;

    [Fact]
    [Requirement("A126", "A179")]
    public void Who_listens_holds_a_public_half_and_with_it_can_check_and_not_sign()
    {
        var (orders, quality, listener) = (Seal("orders"), Seal("quality"), Seal("listener"));
        var signature = orders.Sign("orders", Page);
        listener.Holds("orders", Page, signature).ShouldBeFalse("nothing is known of the publisher here");
        Give("orders", to: "listener");
        Give("quality", to: "listener");
        listener.Holds("orders", Page, signature).ShouldBeTrue();
        listener.Holds("orders", [1, 2, 4], signature).ShouldBeFalse();
        listener.Holds("quality", Page, signature).ShouldBeFalse();
        listener.Holds("orders", Page, quality.Sign("orders", Page)).ShouldBeFalse("another service may sign for itself alone");
        foreach (var odd in new[] { null, "", "no base 64", Convert.ToBase64String(new byte[64]), Convert.ToBase64String(new byte[500]) }) listener.Holds("orders", Page, odd).ShouldBeFalse();
        Directory.GetFiles(Path.Combine(folder, "listener")).ShouldAllBe(file => !File.ReadAllText(file).Contains("PRIVATE"));
    }

    [Fact]
    [Requirement("A179")]
    public void A_key_is_changed_while_all_run_and_in_the_right_order_no_page_goes_unread()
    {
        var (orders, listener) = (Seal("orders"), Seal("listener"));
        var before = orders.Sign("orders", Page);
        Give("orders", to: "listener");
        listener.Holds("orders", Page, before).ShouldBeTrue();

        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.AppendAllText(Half("listener"), "\n" + next.ExportSubjectPublicKeyInfoPem());
        listener.Holds("orders", Page, orders.Sign("orders", Page)).ShouldBeTrue();
        Put(next);
        var after = orders.Sign("orders", Page);
        listener.Holds("orders", Page, after).ShouldBeTrue();
        listener.Holds("orders", Page, before).ShouldBeTrue("a page may still be on its way");
        File.WriteAllText(Half("listener"), next.ExportSubjectPublicKeyInfoPem());
        listener.Holds("orders", Page, after).ShouldBeTrue();
        listener.Holds("orders", Page, before).ShouldBeFalse();

        // The wrong way round: until the half comes, pages are bare rings.
        using var third = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Put(third);
        listener.Holds("orders", Page, orders.Sign("orders", Page)).ShouldBeFalse();
        foreach (var junk in new[] { "", "junk", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----" })
        {
            File.WriteAllText(Half("listener"), junk);
            listener.Holds("orders", Page, orders.Sign("orders", Page)).ShouldBeFalse(junk);
        }

        File.WriteAllText(Half("listener"), third.ExportSubjectPublicKeyInfoPem());
        listener.Holds("orders", Page, orders.Sign("orders", Page)).ShouldBeTrue();
    }

    [Fact]
    public void On_one_machine_with_one_folder_each_makes_its_own_key_and_the_others_see_its_half()
    {
        var (orders, listener) = (Seal("shared"), Seal("shared"));
        listener.Holds("orders", Page, orders.Sign("orders", Page)).ShouldBeTrue();
        listener.Holds("orders", Page, orders.Sign("quality", Page)).ShouldBeFalse();
        Directory.GetFiles(Path.Combine(folder, "shared")).Select(Path.GetFileName).ShouldBe(["facts-orders.pem", "facts-quality.pem"], ignoreOrder: true);
    }

    [Fact]
    public void A_key_that_is_none_is_named()
    {
        Seal("orders").Sign("orders", Page);
        File.WriteAllText(Path.Combine(folder, "orders", "facts-orders.pem"), "none");
        Should.Throw<SettingException>(() => Seal("orders").Sign("orders", Page)).Message.ShouldContain("facts-orders.pem holds no private key");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    PageSeal Seal(string host) => new(new KeyStore(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", Path.Combine(folder, host))]).Build()));

    string Half(string host, string publisher = "orders") => Path.Combine(folder, host, $"facts-{publisher}.pub");

    void Put(ECDsa key) => File.WriteAllText(Path.Combine(folder, "orders", "facts-orders.pem"), key.ExportPkcs8PrivateKeyPem());

    void Give(string publisher, string to)
    {
        Seal(publisher).Sign(publisher, Page);
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(Path.Combine(folder, publisher, $"facts-{publisher}.pem")));
        Directory.CreateDirectory(Path.Combine(folder, to));
        File.WriteAllText(Half(to, publisher), key.ExportSubjectPublicKeyInfoPem());
    }
}
