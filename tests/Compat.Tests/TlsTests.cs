using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Doseline.Compat.Tests.Probe;
using Grpc.Core;

namespace Doseline.Compat.Tests;

public sealed class TlsTests
{
    [Fact]
    public async Task Call_credentials_travel_over_tls()
    {
        using var certificate = SelfSigned();
        await using var server = await ProbeServer.StartAsync(certificate);
        var token = CallCredentials.FromInterceptor((context, metadata) =>
        {
            metadata.Add("x-audience", context.ServiceUrl);
            return Task.CompletedTask;
        });
        using var channel = server.Connect(options =>
        {
            options.Credentials = ChannelCredentials.Create(ChannelCredentials.SecureSsl, token);
            options.HttpHandler = Trusting(certificate);
        });

        server.Address.ShouldStartWith("https://");
        var client = new ProbeService.ProbeServiceClient(channel);
        var reply = await client.EchoAsync(new EchoRequest { Text = "t" });
        reply.Seen["x-audience"].ShouldEndWith("doseline.compat.v1.ProbeService");
    }

    [Fact]
    public async Task A_certificate_nobody_vouches_for_is_refused()
    {
        using var certificate = SelfSigned();
        await using var server = await ProbeServer.StartAsync(certificate);
        using var channel = server.Connect(options => options.Credentials = ChannelCredentials.SecureSsl);

        var failure = await Should.ThrowAsync<RpcException>(
            async () => await new ProbeService.ProbeServiceClient(channel).EchoAsync(new EchoRequest()));
        failure.StatusCode.ShouldBe(StatusCode.Internal);
    }

    static SocketsHttpHandler Trusting(X509Certificate2 certificate) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown?.GetRawCertData().AsSpan().SequenceEqual(certificate.RawDataMemory.Span) is true,
        },
    };

    static X509Certificate2 SelfSigned()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
