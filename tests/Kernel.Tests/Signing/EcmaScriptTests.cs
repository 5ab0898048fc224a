using System.Diagnostics;
using System.Globalization;
using Doseline.Kernel.Signing;

namespace Doseline.Kernel.Tests.Signing;

/// <summary>RFC 8785 writes numbers and texts as ECMAScript does: an engine of it, Node's, is asked.</summary>
public sealed class EcmaScriptTests
{
    const int NumbersMin = 1_000_000;

    // Doubles by their bits, half of them anywhere; the others are whole numbers, short decimals, neighbours of powers of ten and of two, and tiny ones.
    const string Numbers = """
        const bits = new BigUint64Array(1), value = new Float64Array(bits.buffer), lines = [];
        let state = 8785n;
        const next = () => { state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n); return BigInt.asUintN(64, state ^ (state >> 29n)); };
        const say = () => { if (Number.isFinite(value[0])) lines.push(bits[0].toString(16) + ' ' + JSON.stringify(value[0])); };
        for (let n = 0; n < 520000; n++) { bits[0] = next(); say(); }
        for (let n = 0; n < 200000; n++) { value[0] = Number(next() >> 40n) * (n % 2 ? 1 : -1); say(); }
        for (let n = 0; n < 200000; n++) { value[0] = Number(next() >> 44n) / 10 ** (n % 12); say(); }
        for (let e = -324; e <= 308; e++) { value[0] = Number('1e' + e); const middle = bits[0]; for (let d = -60n; d <= 60n; d++) { bits[0] = BigInt.asUintN(64, middle + d); say(); } }
        for (let e = -1074; e <= 1023; e++) { value[0] = 2 ** e; const middle = bits[0]; for (let d = -10n; d <= 10n; d++) { bits[0] = BigInt.asUintN(64, middle + d); say(); } }
        for (let n = 0n; n < 20000n; n++) { bits[0] = n; say(); }
        process.stdout.write(lines.join('\n'));
        """;

    // Every code unit that may stand alone, escaped as it might be sent, and characters beyond the first plane.
    const string Texts = """
        const lines = [];
        const say = text => lines.push(JSON.stringify([...text].flatMap(c => c.length === 2 ? [c.charCodeAt(0), c.charCodeAt(1)] : [c.charCodeAt(0)]).map(u => '\\u' + u.toString(16).padStart(4, '0')).join('')) + '\t' + JSON.stringify(text));
        for (let c = 0; c < 0xd800; c++) say(String.fromCharCode(c));
        for (let c = 0xe000; c <= 0xffff; c++) say(String.fromCharCode(c));
        for (let c = 0x10000; c <= 0x10ffff; c += 97) say('x' + String.fromCodePoint(c) + '"');
        process.stdout.write(lines.join('\n'));
        """;

    [Fact]
    public async Task A_million_numbers_are_written_as_an_engine_of_ECMAScript_writes_them()
    {
        var count = 0;
        foreach (var line in await SaysAsync(Numbers))
        {
            var (bits, text) = (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
            var number = BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (CanonicalJson.Number(number) is var written && written != text) written.ShouldBe(text, bits);
            count++;
        }

        count.ShouldBeGreaterThan(NumbersMin);
    }

    [Fact]
    public async Task Every_character_is_written_as_an_engine_of_ECMAScript_writes_it_however_it_was_sent()
    {
        var count = 0;
        foreach (var line in await SaysAsync(Texts))
        {
            // The first half is the text of an escaped text: its quotes and doubled backslashes belong to the script.
            var escaped = line[..line.IndexOf('\t', StringComparison.Ordinal)].Replace("\\\\", "\\", StringComparison.Ordinal);
            var text = line[(line.IndexOf('\t', StringComparison.Ordinal) + 1)..];
            if (CanonicalJson.Of(escaped) is var written && written != text) written.ShouldBe(text, escaped);
            if (CanonicalJson.Of(text) is var again && again != text) again.ShouldBe(text, escaped);
            count++;
        }

        count.ShouldBeGreaterThan(70_000);
    }

    static async Task<string[]> SaysAsync(string script)
    {
        using var node = Process.Start(new ProcessStartInfo("node") { ArgumentList = { "-e", script }, RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = await node.StandardOutput.ReadToEndAsync();
        await node.WaitForExitAsync();
        node.ExitCode.ShouldBe(0);
        return said.Split('\n');
    }
}
