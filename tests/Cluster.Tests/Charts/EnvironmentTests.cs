using Doseline.Local;
using Doseline.Platform.Certificates;
using Doseline.Platform.Hosting;
using Doseline.Testing;

namespace Doseline.Cluster.Tests.Charts;

/// <summary>A service is built with exactly what its rendered pod is told, and with nothing of it missing.</summary>
public sealed class EnvironmentTests : IDisposable
{
    readonly MountedKeys keys = new();
    readonly TestAuthority authority = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        keys.Dispose();
        authority.Dispose();
    }

    [Theory]
    [Requirement("A248")]
    [MemberData(nameof(Chart.ValuesFiles), MemberType = typeof(Chart))]
    public async Task Every_service_is_told_all_that_it_needs(string values)
    {
        foreach (var pod in await PodsAsync(values))
        {
            await using var host = Build(pod);
            pod.Environment()["Needs"].ShouldContain("sidecar");
        }
    }

    [Theory]
    [Requirement("A073")]
    [InlineData("orders", "DAPR_HTTP_PORT", "DAPR_HTTP_PORT is not set: no sidecar was put beside this process.")]
    [InlineData("orders", "DAPR_GRPC_PORT", "DAPR_GRPC_PORT is not set: no sidecar was put beside this process.")]
    [InlineData("orders", "DAPR_API_TOKEN", "DAPR_API_TOKEN is not set: the sidecar would take nothing from this process.")]
    [InlineData("orders", "APP_API_TOKEN", "APP_API_TOKEN is not set: the sidecar could not be told from anyone else.")]
    [InlineData("orders", "ConnectionStrings__orders", "ConnectionStrings:orders names no PostgreSQL database: what is kept would be gone with the pod.")]
    [InlineData("orders", "Keys__Directory", "Keys:Directory is not set, and no such folder is there: nothing could be signed.")]
    [InlineData("orders", "Issuers__", "Issuers:0:Authority is not set: nobody's token could be checked.")]
    [InlineData("orders", "Clock__Servers__0", "Clock:Servers:0 is not set: nobody would know whether the clock is right.")]
    [InlineData("execution", "Cluster__Address", "Cluster:Address is not set: the actors of other replicas could not be reached.")]
    [InlineData("waste", "Cluster__Address", "Cluster:Address is not set: the actors of other replicas could not be reached.")]
    [InlineData("execution", "Cluster__Tls__Certificate", "Cluster:Tls:Certificate is not set: silos would take whoever reaches their port.")]
    [InlineData("identity", "Identity__Issuer", "Identity:Issuer is not set: nobody could sign in.")]
    [InlineData("gateway", "Identity__Issuer", "Identity:Issuer is not set: nobody could sign in.")]
    public async Task A_service_that_is_not_told_something_says_so_and_does_not_start(string service, string variable, string sentence)
    {
        var pod = (await PodsAsync("")).Single(p => p.Service == service);
        Should.Throw<SettingException>(() => Build(pod, variable)).Message.Split('\n').ShouldContain(sentence);
    }

    [Fact]
    public async Task A_pod_that_the_injector_passed_by_does_not_take_the_bus_of_a_laptop()
    {
        foreach (var pod in await PodsAsync("values-small-site.yaml"))
            Should.Throw<SettingException>(() => Build(pod with { Sidecar = null })).Message.ShouldContain("no sidecar was put beside this process", Case.Sensitive, pod.Service);
    }

    [Fact]
    public void Everything_that_is_missing_is_said_at_once_and_an_unknown_need_is_one()
    {
        var orders = Modules.All().Single(m => m.Name is "orders");
        var said = Should.Throw<SettingException>(() => PlatformHost.Build(["--Needs=sidecar,keys,issuer,clock,database,cluster,cluster-tls,luck"], [orders])).Message.Split('\n');
        said.Length.ShouldBe(11, string.Join('\n', said));
        said.ShouldContain("Needs names luck, which nobody knows.");
    }

    [Fact]
    public async Task A_service_in_a_pod_makes_no_key_of_its_own()
    {
        var pod = (await PodsAsync("")).Single(p => p.Service is "orders");
        await using var host = Build(pod);
        var store = (Platform.Auth.KeyStore)host.Services.GetService(typeof(Platform.Auth.KeyStore))!;
        Should.Throw<SettingException>(() => store.Signing("tokens-quality")).Message.ShouldContain("makes none of its own");
        Directory.GetFiles(keys.FolderOf(pod.Deployment)).Select(Path.GetFileName).ShouldBe(MountedKeys.Of(pod.Deployment), ignoreOrder: true);
    }

    [Theory]
    [Requirement("A179")]
    [InlineData("tokens-orders")]
    [InlineData("page-tokens-orders")]
    [InlineData("audit-seal-orders")]
    [InlineData("facts-orders")]
    public async Task A_service_without_one_of_its_own_keys_says_so_and_does_not_start(string name)
    {
        var pod = (await PodsAsync("")).Single(p => p.Service is "orders");
        File.Delete(Path.Combine(keys.FolderOf(pod.Deployment), $"{name}.pem"));
        Should.Throw<SettingException>(() => Build(pod)).Message.Split('\n').ShouldHaveSingleItem().ShouldStartWith($"Keys:Directory holds no {name}.pem");
    }

    static Microsoft.AspNetCore.Builder.WebApplication Build(Pod pod, params string[] without) => PlatformHost.Build(pod.Arguments(without), [Modules.All().Single(m => m.Name == pod.Service)]);

    async Task<IReadOnlyList<Pod>> PodsAsync(string values)
    {
        var doors = authority.Mount("partners.example.org");
        return [.. (await Chart.RenderAsync(values)).Where(o => o.Kind is "Deployment").Select(o => new Pod(o)
        {
            Secret = (name, key) => key is "connection" ? $"Host=127.0.0.1;Database={name}" : $"{name}={key}",
            Mounts = { ["/keys"] = keys.FolderOf(o), ["/tls"] = doors, ["/tls-clients"] = doors, ["/silo"] = authority.Mount(SiloTls.NameOf(o.Name)) },
        })];
    }
}
