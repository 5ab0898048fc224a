using System.Security.Claims;
using Doseline.Authority.Tests.Support;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>What a service does for a person is what that person may do, and what it does by itself is at the site that it names.</summary>
public sealed class BehalfTests : IAsyncLifetime
{
    const string Here = Callers.Site;
    const string There = "bos";

    static readonly string[] NotForThem = ["ROLE_NOT_ALLOWED", "PERSON_NEEDED"];

    TestPlatform platform = null!;

    public async Task InitializeAsync()
    {
        platform = await TestPlatform.StartAsync();
        await platform.Host.Services.GetRequiredService<Identity.Keys.SigningKeys>().CurrentAsync(default);
    }

    public async Task DisposeAsync() => await platform.DisposeAsync();

    IEnumerable<RpcMethod> Methods => platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.OrderBy(m => m.Name, StringComparer.Ordinal);

    Behalf Behalf => platform.Host.Services.GetRequiredService<Behalf>();

    [Fact]
    [Requirement("A003", "A103", "A178")]
    [Clause("21 CFR 11.10(d)", "21 CFR 11.10(g)")]
    public async Task Every_method_serves_a_service_for_whom_its_policy_names_and_for_nobody_else()
    {
        var before = await Trails.CountsAsync(platform);
        List<string> wrong = [];
        var calls = 0;
        List<Caller> people = [.. Roles.All.Select(role => Callers.Person(role, role) with { Sites = [Here] }), Callers.Person("no role") with { Sites = [Here] }];
        foreach (var method in Methods)
        {
            foreach (var service in Callers.Services.Append("elsewhere"))
            {
                // A service that the policy does not name is every other such service.
                var named = method.Policy.Roles.Contains($"service:{service}") || service is "elsewhere";
                foreach (var person in people.Where(p => named || p.Roles is [] or [Roles.Operator] or [Roles.Partner]))
                {
                    var (_, refusals, _) = await CallAsync(service, method, At(method, Here), Behalf.Write(service, method.Service, person)!);
                    var denied = refusals.Any(r => NotForThem.Contains(r.Code) && r.Subject == method.Name);
                    if (denied == Callers.MayCallFor(service, person.Roles, method.Policy)) wrong.Add($"{service} for {person.Name} at {method.Name} is {(denied ? "refused" : "let in")}");
                    calls++;
                }
            }
        }

        wrong.ShouldBeEmpty();
        calls.ShouldBeGreaterThan(5_000);
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A003", "A103", "A178")]
    public async Task Where_a_method_names_a_site_the_person_has_the_role_there()
    {
        var before = await Trails.CountsAsync(platform);
        var tried = 0;
        foreach (var method in Methods.Where(m => m is { Site: not null, Policy.Anybody: false } && (m.Policy.AnyRole || m.Policy.ForRoles.Count > 0)))
        {
            // Another role there is no help.
            var elsewhere = method.Policy.AnyRole ? [] : Roles.All.Except(method.Policy.ForRoles).Select(role => new Right(role, There)).ToArray();
            foreach (var service in Callers.Services)
            {
                foreach (var role in Roles.All.Where(role => Callers.MayCallFor(service, [role], method.Policy)))
                {
                    Right[] rights = [new(role, Here), .. elsewhere];
                    var person = Callers.Person(role, [.. rights.Select(r => r.Role)]) with { Sites = [Here, There], SitesByRole = Caller.ByRole(rights) };
                    var (_, refusals, _) = await CallAsync(service, method, At(method, There), Behalf.Write(service, method.Service, person)!);
                    refusals.ShouldHaveSingleItem($"{service} for {role} at {method.Name}").Code.ShouldBe("SITE_NOT_ALLOWED", method.Name);
                    tried++;
                }
            }
        }

        tried.ShouldBeGreaterThan(500);
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A103", "A178")]
    public async Task What_a_service_changes_by_itself_is_at_the_site_that_it_names()
    {
        var own = Methods.Where(m => m.Policy.Mutates && m.Policy.ForRoles.Count == 0 && m.Policy.Roles.Any(r => r.StartsWith("service:", StringComparison.Ordinal))).ToList();
        own.Select(m => m.Descriptor.Name).ShouldBe(["Unreserve"]);
        foreach (var method in own)
        {
            var service = method.Policy.Roles[0]["service:".Length..];
            var request = method.Descriptor.InputType.Parser.ParseFrom([]);
            method.RequestId!.Accessor.SetValue(request, TestPlatform.RequestId());
            var (_, refusals, _) = await RawCalls.CallAsync(platform.AsService(service), method, request);
            refusals.ShouldHaveSingleItem().Code.ShouldBe("SITE_NEEDED");
        }
    }

    [Fact]
    [Requirement("A178", "A179")]
    public async Task Nobody_says_for_whom_but_the_service_itself_to_the_service_it_calls_and_now()
    {
        var method = Methods.Single(m => m.Descriptor.Name is "IssueToBatch");
        var operators = Callers.Person("ann", Roles.Operator);
        var good = Behalf.Write("execution", "inventory", operators)!;
        (await CodeAsync(good)).ShouldNotBe("BEHALF_INVALID");
        var parts = good.Split('.');
        var other = Behalf.Write("execution", "inventory", Callers.Person("bo", Roles.Operator))!.Split('.');
        foreach (var said in new[]
        {
            "person:ann", "a.b.c", "x", $"{parts[0]}.{parts[1]}.", $"{parts[0]}.{other[1]}.{parts[2]}",
            Behalf.Write("orders", "inventory", operators)!, Behalf.Write("execution", "quality", operators)!,
            await platform.Host.Services.GetRequiredService<IServiceTokens>().ForAsync("execution"),
            platform.Host.Services.GetRequiredService<DevelopmentTokens>().Issue(operators, TimeSpan.FromHours(1)),
            Made("tokens-execution", "execution", "at+jwt"), Made("tokens-orders", "execution", "behalf+jwt"), Made("tokens-orders", "orders", "behalf+jwt"),
        })
        {
            (await CodeAsync(said)).ShouldBe("BEHALF_INVALID", said);
        }

        // It is nobody's token, and beside a person's token it says nothing.
        (await RawCalls.CallAsync(platform.Host.WithToken(good), method, At(method, Here))).Refusals.Single().Code.ShouldBe("TOKEN_INVALID");
        (await RawCalls.CallAsync(With(platform.UnsignedAs(Callers.Person("cy", Roles.Planner)), good), method, At(method, Here))).Refusals.Single().Code.ShouldBe("ROLE_NOT_ALLOWED");
        platform.Clock.MoveTo(platform.Now + TimeSpan.FromMinutes(6));
        (await CodeAsync(good)).ShouldBe("BEHALF_INVALID", "it has ended");

        async Task<string?> CodeAsync(string said) => (await CallAsync("execution", method, At(method, Here), said)).Refusals is [var first, ..] ? first.Code : null;
    }

    string Made(string key, string kid, string type) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = "doseline-behalf", Audience = "inventory", TokenType = type, IssuedAt = platform.Now.UtcDateTime, NotBefore = platform.Now.UtcDateTime, Expires = platform.Now.AddMinutes(1).UtcDateTime,
        Subject = new ClaimsIdentity([new Claim("sub", "person:ann"), new Claim("grant", "operator@*")]),
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(platform.Host.Services.GetRequiredService<KeyStore>().Standing(key)) { KeyId = kid }, SecurityAlgorithms.EcdsaSha256),
    });

    Task<(StatusCode Status, IReadOnlyList<Refusal> Refusals, IMessage? Answer)> CallAsync(string service, RpcMethod method, IMessage request, string said) =>
        RawCalls.CallAsync(With(platform.AsService(service), said), method, request);

    static CallInvoker With(CallInvoker invoker, string said) => invoker.Intercept(headers =>
    {
        headers.Add(RpcHeaders.OnBehalfOf, said);
        return headers;
    });

    static IMessage At(RpcMethod method, string site)
    {
        var request = method.Descriptor.InputType.Parser.ParseFrom([]);
        method.Site?.Accessor.SetValue(request, site);
        return request;
    }
}
