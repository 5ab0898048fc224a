using Grpc.Core;

namespace Doseline.Compat.Tests;

public sealed class CredentialsTests
{
    [Fact]
    public void Composed_call_credentials_keep_their_order()
    {
        var (first, second) = (Token("first"), Token("second"));
        var seen = new SeenCall();

        CallCredentials.Compose(first, second).InternalPopulateConfiguration(seen, "state");

        seen.Parts.ShouldBe([first, second]);
        seen.State.ShouldBe("state");
    }

    [Fact]
    public void Composition_needs_two() =>
        Should.Throw<ArgumentException>(() => CallCredentials.Compose(Token("one")));

    [Fact]
    public async Task An_interceptor_adds_its_headers_for_the_audience_of_the_call()
    {
        var seen = new SeenCall();
        CallCredentials.FromInterceptor((context, metadata) =>
        {
            metadata.Add("authorization", $"Bearer for {context.ServiceUrl} {context.MethodName}");
            return Task.CompletedTask;
        }).InternalPopulateConfiguration(seen, null);

        var headers = new Metadata();
        await seen.Interceptor!(new AuthInterceptorContext("https://host/service", "Method"), headers);
        headers.GetValue("authorization").ShouldBe("Bearer for https://host/service Method");
    }

    [Fact]
    public void A_token_does_not_travel_in_the_clear()
    {
        Should.Throw<ArgumentException>(
            () => ChannelCredentials.Create(ChannelCredentials.Insecure, Token("t")));
        Should.Throw<ArgumentException>(() => ChannelCredentials.Create(
            ChannelCredentials.Create(ChannelCredentials.SecureSsl, Token("t")), Token("t")));
    }

    [Fact]
    public void Channel_credentials_say_what_they_are()
    {
        var pair = new KeyCertificatePair("chain", "key");
        var token = Token("t");
        var ssl = new SslCredentials("roots", pair, _ => true);
        var seen = new SeenChannel();

        ChannelCredentials.Insecure.InternalPopulateConfiguration(seen, null);
        ssl.InternalPopulateConfiguration(seen, null);
        ChannelCredentials.Create(ssl, token).InternalPopulateConfiguration(seen, null);

        seen.Lines.ShouldBe(["insecure", "ssl roots chain", "composite"]);
        Should.Throw<ArgumentNullException>(() => new KeyCertificatePair("chain", null!));
    }

    [Fact]
    public void A_peer_is_authenticated_when_something_names_it()
    {
        var name = AuthProperty.Create("x509_common_name", "hot-cell-1"u8.ToArray());
        var known = new AuthContext("x509_common_name", new() { ["x509_common_name"] = [name] });
        var unknown = new AuthContext(null, []);

        known.IsPeerAuthenticated.ShouldBeTrue();
        known.PeerIdentity.Single().Value.ShouldBe("hot-cell-1");
        known.Properties.Single().ValueBytes.ShouldBe("hot-cell-1"u8.ToArray());
        known.FindPropertiesByName("other").ShouldBeEmpty();
        unknown.IsPeerAuthenticated.ShouldBeFalse();
        unknown.PeerIdentity.ShouldBeEmpty();
    }

    static CallCredentials Token(string value) => CallCredentials.FromInterceptor((_, metadata) =>
    {
        metadata.Add("authorization", value);
        return Task.CompletedTask;
    });

    sealed class SeenCall : CallCredentialsConfiguratorBase
    {
        public IReadOnlyList<CallCredentials> Parts { get; private set; } = [];

        public AsyncAuthInterceptor? Interceptor { get; private set; }

        public object? State { get; private set; }

        public override void SetCompositeCredentials(
            object? state, IReadOnlyList<CallCredentials> credentials) =>
            (State, Parts) = (state, credentials);

        public override void SetAsyncAuthInterceptorCredentials(
            object? state, AsyncAuthInterceptor interceptor) =>
            (State, Interceptor) = (state, interceptor);
    }

    sealed class SeenChannel : ChannelCredentialsConfiguratorBase
    {
        public List<string> Lines { get; } = [];

        public override void SetInsecureCredentials(object? state) => Lines.Add("insecure");

        public override void SetSslCredentials(
            object? state,
            string? rootCertificates,
            KeyCertificatePair? keyCertificatePair,
            VerifyPeerCallback? verifyPeerCallback) =>
            Lines.Add($"ssl {rootCertificates} {keyCertificatePair?.CertificateChain}");

        public override void SetCompositeCredentials(
            object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
            Lines.Add("composite");
    }
}
