using System.Globalization;

namespace Doseline.Platform.Hosting;

/// <summary>Asks addresses whether they answer, as a cluster's own test of an installation does from within it: there is no other program in an image.</summary>
static class Asking
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Asks each of them and says what it answered.</summary>
    /// <param name="addresses">Addresses, for example <c>http://orders:5001/healthz/ready</c>.</param>
    /// <returns>The exit code: 0 when all answered well.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> addresses)
    {
        using HttpClient http = new() { Timeout = Patience };
        var well = addresses.Count > 0;
        foreach (var address in addresses)
        {
            var answer = await OneAsync(http, address);
            well &= answer is "200";
            Console.WriteLine($"{address}: {answer}");
        }

        return well ? 0 : Fault.NotHeld;
    }

    static async Task<string> OneAsync(HttpClient http, string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)) return "no address";
        try
        {
            using var answer = await http.GetAsync(uri);
            return ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException)
        {
            return fault.Message;
        }
    }
}
