using System.Diagnostics.Metrics;
using Doseline.Platform.Telemetry;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Certificates;

/// <summary>When the certificates end that this host shows to others: that of its silo, and that of its outer ports.</summary>
sealed class CertificateMeasure : IMeasure, IDisposable
{
    readonly Meter meter = new("Doseline.Certificates");
    readonly IReadOnlyList<(string Use, CertificateFiles Files)> certificates;
    readonly TimeProvider clock;
    IReadOnlyList<Measurement<double>> ends = [];

    /// <summary>Makes the instrument.</summary>
    public CertificateMeasure(IConfiguration config, TimeProvider clock)
    {
        (certificates, this.clock) = ([.. Of("silo", SiloTls.CertificateOf(config)), .. Of("doors", TlsDoor.CertificateOf(config))], clock);
        meter.CreateObservableGauge("certificate_left_seconds", () => ends, "s", "How long the certificate is good that this host shows, by what it is for.");
    }

    /// <inheritdoc/>
    public Task MeasureAsync(CancellationToken cancel)
    {
        ends = [.. certificates.Select(c => new Measurement<double>((c.Files.Current().TargetCertificate.NotAfter.ToUniversalTime() - clock.GetUtcNow().UtcDateTime).TotalSeconds, new KeyValuePair<string, object?>("use", c.Use)))];
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    static IEnumerable<(string, CertificateFiles)> Of(string use, CertificateFiles? files) => files is null ? [] : [(use, files)];
}
