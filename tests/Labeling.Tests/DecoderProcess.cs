using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Doseline.Labeling.Tests;

/// <summary>ZXing in a process of its own: a decoder of another make than our encoder.</summary>
sealed class DecoderProcess : IAsyncDisposable
{
    readonly Process process;
    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("doseline-label-");
    int pictures;

    public DecoderProcess()
    {
        var script = Path.Combine(Here(), "decoder", "decode.mjs");
        if (!Directory.Exists(Path.Combine(Here(), "decoder", "node_modules")))
            throw new InvalidOperationException("The decoder is not installed: run `npm ci` in tests/Labeling.Tests/decoder, as tests/run.sh does.");
        process = Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
    }

    /// <summary>What the decoder reads in a picture; null when it finds no code.</summary>
    public async Task<Reading?> ReadAsync(byte[] png)
    {
        var path = Path.Combine(folder.FullName, $"{pictures++}.png");
        await File.WriteAllBytesAsync(path, png);
        await process.StandardInput.WriteLineAsync(path);
        await process.StandardInput.FlushAsync();
        return JsonSerializer.Deserialize<Reading>((await process.StandardOutput.ReadLineAsync())!, JsonSerializerOptions.Web);
    }

    public async ValueTask DisposeAsync()
    {
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Delete(recursive: true);
    }

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}

/// <summary>What the decoder read.</summary>
/// <param name="Format">Symbology.</param>
/// <param name="Symbology">Symbology identifier, <c>]d2</c> for GS1 DataMatrix.</param>
/// <param name="Gs1">Kind of content.</param>
/// <param name="Text">Content.</param>
sealed record Reading(string Format, string Symbology, string Gs1, string Text);
