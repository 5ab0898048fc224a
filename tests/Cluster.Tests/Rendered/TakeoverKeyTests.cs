using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Doseline.Audit.V1;
using Doseline.Cluster.Tests.Charts;
using Doseline.Execution.V1;
using Doseline.Local;
using Doseline.Platform.Audit.Sealing;
using Doseline.Platform.Auth;
using Doseline.Platform.Certificates;
using Doseline.Platform.Hosting;
using Doseline.Platform.Messaging.Log;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Signing;
using Doseline.Quality.V1;
using Doseline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Cluster.Tests.Rendered;

/// <summary>Whoever takes over one pod of the rendering, with every secret that is mounted there, signs and seals as that service and as no other.</summary>
[SuppressMessage("Design", "CA1001", Justification = "What it owns is disposed of asynchronously, by DisposeAsync.")]
public sealed class TakeoverKeyTests : IAsyncLifetime
{
    static readonly byte[] Page = [1, 2, 3];

    readonly MountedKeys keys = new();
    readonly TestAuthority authority = new();
    readonly Dictionary<string, TakenOver> pods = new(StringComparer.Ordinal);
    readonly Dictionary<string, WebApplication> hosts = new(StringComparer.Ordinal);
    readonly Dictionary<string, ServiceDescription> described = Modules.All().Select(ServiceDescription.Of).ToDictionary(s => s.Name, StringComparer.Ordinal);

    public static TheoryData<string> Services => [.. Modules.All().Select(m => m.Name)];

    public async Task InitializeAsync()
    {
        foreach (var deployment in (await Chart.RenderAsync()).Where(o => o.Kind is "Deployment"))
        {
            pods.Add(deployment.Name, new TakenOver(deployment.Name, keys.FolderOf(deployment)));
            Pod pod = new(deployment)
            {
                Secret = (name, key) => key is "connection" ? $"Host=127.0.0.1;Database={name}" : $"{name}={key}",
                Mounts = { ["/keys"] = keys.FolderOf(deployment), ["/silo"] = authority.Mount(SiloTls.NameOf(deployment.Name)) },
            };
            hosts.Add(deployment.Name, PlatformHost.Build(pod.Arguments(), [Modules.All().Single(m => m.Name == deployment.Name)]));
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var host in hosts.Values) await host.DisposeAsync();
        keys.Dispose();
        authority.Dispose();
    }

    [Theory]
    [Requirement("A178", "A179")]
    [MemberData(nameof(Services))]
    public async Task Its_tokens_are_its_own_at_everybody_whom_it_reaches(string taken)
    {
        var own = await pods[taken].TokenAsync();
        foreach (var (callee, host) in hosts.Where(h => h.Key != taken))
        {
            var reader = host.Services.GetRequiredService<ITokenReader>();
            var reaches = described[taken].Calls.ContainsKey(callee) || described[taken].Listens.Contains(callee);
            (await reader.ReadAsync(own))?.Subject.ShouldBe($"service:{taken}");
            (await reader.ReadAsync(own) is not null).ShouldBe(reaches, $"{taken} at {callee}");
            foreach (var subject in hosts.Keys.Where(v => v != taken).Select(v => $"service:{v}").Append("person:invented").Append("service:nobody"))
            {
                foreach (var token in pods[taken].Forged(subject))
                    (await reader.ReadAsync(token)).ShouldBeNull($"{taken} as {subject} at {callee}");
            }
        }
    }

    [Theory]
    [Requirement("A178", "A179")]
    [MemberData(nameof(Services))]
    public void Its_seals_pages_facts_and_releases_are_nobody_elses(string taken)
    {
        foreach (var (victim, pod) in pods.Where(p => p.Key != taken))
        {
            foreach (var key in pods[taken].Private)
            {
                var head = SignedDocument.Sign(new TreeHead { Service = victim, TreeSize = 1, RootHash = "00" }, key);
                pod.Keys.Halves(TreeHeads.KeyOf(victim)).ShouldAllBe(half => !TreeHeads.IsGenuine(head, half));
                var release = SignedDocument.Sign(new ReleaseCertificate { DoseId = "dose" }, key);
                if (victim is "quality") SignedDocument.IsGenuine(release, pod.Keys.Standing(ReleaseCertificateCheck.KeyName)).ShouldBeFalse();
            }

            // Its own halves are what it is known by; what it lacks it cannot make up for, and makes no key of its own.
            foreach (var name in KeyStore.OwnOf(victim)) Should.Throw<SettingException>(() => pods[taken].Keys.Standing(name)).Message.ShouldContain("makes none of its own");
            foreach (var listener in hosts.Keys.Where(l => described[l].Listens.Contains(victim) && l != victim))
            {
                PageSeal heard = new(pods[listener].Keys);
                heard.Holds(victim, Page, new PageSeal(pod.Keys).Sign(victim, Page)).ShouldBeTrue($"{listener} hears {victim}");
                // As the victim would sign it, with every key that the pod has.
                byte[] signed = [.. Encoding.UTF8.GetBytes($"doseline facts {victim.Length} {victim} "), .. Page];
                foreach (var key in pods[taken].Private)
                {
                    heard.Holds(victim, Page, Convert.ToBase64String(key.SignData(signed, HashAlgorithmName.SHA256))).ShouldBeFalse($"{taken} as {victim} to {listener}");
                }
            }

            ListRunsRequest query = new();
            var next = query.Clone();
            next.PageToken = new PageTokens(pods[taken].Keys, new RequestContext { Service = taken }).Write(query, "5");
            Should.Throw<Kernel.Rules.RefusedException>(() => new PageTokens(pod.Keys, new RequestContext { Service = victim }).Read(next));
        }
    }
}
