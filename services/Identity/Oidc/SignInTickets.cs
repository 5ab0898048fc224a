using System.Buffers.Text;
using System.Text.Json;
using Doseline.Platform.Auth;

namespace Doseline.Identity.Oidc;

/// <summary>A sign-in under way. It stands in the form itself, sealed: whoever asks for the page and goes away leaves nothing here.</summary>
/// <param name="Id">Its id.</param>
/// <param name="BrowserHash">Hash of the cookie of the browser that began it, so that no other browser goes on with it.</param>
/// <param name="Query">The authorization request, as an address has it.</param>
/// <param name="ExpireTime">Over from then on (UTC).</param>
sealed record SignInTicket(string Id, string BrowserHash, string Query, DateTimeOffset ExpireTime);

/// <summary>Seals and opens <see cref="SignInTicket"/>s.</summary>
sealed class SignInTickets(KeyStore keys)
{
    const string Place = "sign-in form";
    const int LengthMax = 32 * 1024;

    readonly SealedBox box = new(keys, "identity-keys");

    /// <summary>As the form holds it.</summary>
    public string Seal(SignInTicket ticket) => Base64Url.EncodeToString(box.Seal(JsonSerializer.SerializeToUtf8Bytes(ticket), Place));

    /// <summary>The ticket of a form; null for one that was not made here.</summary>
    public SignInTicket? Open(string text)
    {
        if (text.Length is 0 or > LengthMax) return null;
        try
        {
            return box.Open(Base64Url.DecodeFromChars(text), Place) is { } plain ? JsonSerializer.Deserialize<SignInTicket>(plain) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
