using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Doseline.Authority.Tests.Support;
using Doseline.Common.V1;
using Doseline.Identity.V1;
using Doseline.Kernel.Rules;
using Doseline.Platform.Rpc;
using Doseline.Testing;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Doseline.Authority.Tests.Matrix;

/// <summary>A partner's account with its own secret and certificate, whose tokens are tried at every method through the partners' port of the gateway, by mutual TLS.</summary>
public sealed class ScopeMatrixTests : IAsyncLifetime, IDisposable
{
    const string ClientId = "mercy-hospital";
    const string In = "let in";

    readonly Certificates certificates = new();
    TestPlatform platform = null!;
    X509Certificate2 own = null!;
    GrpcChannel door = null!;
    string secret = "";

    public async Task InitializeAsync()
    {
        // How often a partner may call is another test's business.
        platform = await TestPlatform.StartAsync(configure: builder =>
        {
            builder.Configuration.AddInMemoryCollection(certificates.Settings);
            builder.Configuration["Gateway:Limits:partner:Burst"] = "10000";
        });
        own = certificates.Client(ClientId);
        door = GrpcChannel.ForAddress(platform.Host.PartnerAddress, new GrpcChannelOptions { HttpHandler = certificates.Trusting(own), DisposeHttpClient = true });
        var admin = platform.As(Roles.Administrator);
        var made = await new AccountsService.AccountsServiceClient(admin).CreateAccountAsync(new CreateAccountRequest
        {
            RequestId = TestPlatform.RequestId(), Reason = "contract 12",
            Account = new Account { ClientId = ClientId, Name = ClientId, Kind = AccountKind.Partner, Proof = AccountProof.Secret, Scopes = { "orders", "orders.read", "shipping.read", "quality", "identity" } },
        });
        secret = made.ClientSecret;
        await new PeopleService.PeopleServiceClient(admin).ProposeRoleAsync(new ProposeRoleRequest { RequestId = TestPlatform.RequestId(), HolderId = made.Account.AccountId, Role = Roles.Partner, SiteId = "*", Reason = "contract 12" });
    }

    public async Task DisposeAsync()
    {
        door.Dispose();
        await platform.DisposeAsync();
    }

    public void Dispose()
    {
        own.Dispose();
        certificates.Dispose();
    }

    [Theory]
    [Requirement("A178")]
    [Clause("21 CFR 11.10(d)")]
    [InlineData("orders.read")]
    [InlineData("orders")]
    [InlineData("orders.read shipping.read")]
    [InlineData("quality identity")]
    public async Task Through_the_front_door_a_partner_reaches_what_role_and_scope_both_allow_and_nothing_else(string scope)
    {
        // The first token makes the key that signs it, which is a record of its own.
        var token = await TokenAsync(scope);
        var before = await Trails.CountsAsync(platform);
        var any = platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values.First(m => m.Policy.Partner is not PartnerReach.Unspecified);
        (await CodeAsync(door, token, any)).ShouldBe("CERTIFICATE_NOT_BOUND");
        Bind(token);
        using (var stranger = certificates.Client("elsewhere"))
        using (var elsewhere = GrpcChannel.ForAddress(platform.Host.PartnerAddress, new GrpcChannelOptions { HttpHandler = certificates.Trusting(stranger), DisposeHttpClient = true }))
            (await CodeAsync(elsewhere, token, any)).ShouldBe("CERTIFICATE_NEEDED");
        var partner = door.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        });
        List<string> wrong = [], reached = [];
        foreach (var method in platform.Host.Services.GetRequiredService<MethodTable>().Methods.Values)
        {
            var request = method.Descriptor.InputType.Parser.ParseFrom([]);
            // What every service serves for itself is told which one is meant.
            method.Chooser?.Accessor.SetValue(request, "orders");
            var (status, refusals, _) = await RawCalls.CallAsync(partner, method, request);
            var found = status is StatusCode.Unimplemented ? "not there" : refusals.FirstOrDefault(r => r.Code is "ROLE_NOT_ALLOWED" or "SCOPE_NOT_ALLOWED")?.Code ?? In;
            var expected = Expected(method, scope.Split(' '));
            if (found != expected) wrong.Add($"{method.Name}: {found}, not {expected}");
            if (found == In) reached.Add(method.Name);
        }

        wrong.ShouldBeEmpty();
        reached.ShouldNotBeEmpty();
        (await Trails.CountsAsync(platform)).ShouldBe(before);
    }

    [Fact]
    [Requirement("A178")]
    public async Task A_scope_that_the_account_was_not_given_is_not_to_be_had() =>
        (await AskAsync("waste")).GetProperty("error").GetString().ShouldBe("invalid_scope");

    static async Task<string?> CodeAsync(GrpcChannel channel, string token, RpcMethod method)
    {
        var caller = channel.Intercept(headers =>
        {
            headers.Add("authorization", $"Bearer {token}");
            return headers;
        });
        return (await RawCalls.CallAsync(caller, method, method.Descriptor.InputType.Parser.ParseFrom([]))).Refusals is [var first, ..] ? first.Code : null;
    }

    // As whoever operates does once the account is there.
    void Bind(string token)
    {
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]));
        var config = (IConfigurationRoot)platform.Host.Services.GetRequiredService<IConfiguration>();
        config["Gateway:Partners:hospital:Subject"] = payload.RootElement.GetProperty("sub").GetString();
        config["Gateway:Partners:hospital:Certificates:0"] = own.GetCertHashString(HashAlgorithmName.SHA256);
        config.Reload();
    }

    // In the words of the declarations, not of the code that enforces them.
    static string Expected(RpcMethod method, string[] scopes)
    {
        var policy = method.Policy;
        if (!policy.AnyRole && policy.Roles.All(r => r.StartsWith("service:", StringComparison.Ordinal))) return "not there";
        if (!policy.Anybody && policy.Partner is PartnerReach.Unspecified) return "ROLE_NOT_ALLOWED";
        return scopes.Contains(method.Service) || (!policy.Mutates && scopes.Contains($"{method.Service}.read")) ? In : "SCOPE_NOT_ALLOWED";
    }

    async Task<string> TokenAsync(string scope) => (await AskAsync(scope)).GetProperty("access_token").GetString()!;

    async Task<JsonElement> AskAsync(string scope)
    {
        using HttpClient http = new(certificates.Trusting()) { BaseAddress = platform.Host.WebAddress };
        using FormUrlEncodedContent form = new([new("grant_type", "client_credentials"), new("client_id", ClientId), new("client_secret", secret), new("scope", scope)]);
        using var answer = await http.PostAsync(new Uri("/oauth/token", UriKind.Relative), form);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }
}
