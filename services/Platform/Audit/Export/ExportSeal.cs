using System.Security.Cryptography;
using System.Text;
using Doseline.Audit.V1;
using Doseline.Kernel.Signing;
using Doseline.Platform.Signing;
using Google.Protobuf;

namespace Doseline.Platform.Audit.Export;

/// <summary>What the signature of an export covers: every line, in order, so that no field of any of them can be altered.</summary>
public sealed class ExportSeal : IDisposable
{
    readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>A line as it is covered, whichever form the file has.</summary>
    public static string TextOf(ExportLine line) => CanonicalJson.Of(JsonFormatter.Default.Format(line));

    /// <summary>Covers the next line.</summary>
    public void Take(ExportLine line) => hash.AppendData(Encoding.UTF8.GetBytes(TextOf(line) + "\n"));

    /// <summary>SHA-256 over the lines so far, lower-case hex.</summary>
    public string ContentHash() => Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>Puts the signed last line after the lines of an export.</summary>
    /// <param name="lines">Every other line.</param>
    /// <param name="key">Key that signs heads of the service.</param>
    public static async IAsyncEnumerable<ExportLine> SignedAsync(IAsyncEnumerable<ExportLine> lines, ECDsa key)
    {
        using ExportSeal seal = new();
        ExportEnd end = new();
        await foreach (var line in lines)
        {
            if (line.LineCase is ExportLine.LineOneofCase.Record) end.RecordCount++;
            else if (line.LineCase is ExportLine.LineOneofCase.Head) end.HeadCount++;
            seal.Take(line);
            yield return line;
        }

        end.ContentHash = seal.ContentHash();
        yield return new ExportLine { End = SignedDocument.Sign(end, key) };
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();
}
