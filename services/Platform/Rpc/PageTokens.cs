using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Doseline.Kernel.Rules;
using Doseline.Platform.Auth;
using Doseline.Platform.Data;
using Doseline.Platform.Messaging;
using Google.Protobuf;

namespace Doseline.Platform.Rpc;

/// <summary>Tokens that continue a list: opaque, tamper-proof, and worth nothing to another caller or for another query.</summary>
/// <remarks>Signed with the key <c>page-tokens-{service}</c> of the service whose list it is; a half of an earlier key that still stands beside it keeps its tokens good.</remarks>
public sealed class PageTokens(KeyStore keys, RequestContext request)
{
    /// <summary>Rows of a page when the caller names no size.</summary>
    public const int SizeDefault = 50;

    /// <summary>Most rows of a page.</summary>
    public const int SizeMax = 500;

    const int SignatureBytes = 64;
    const string PageToken = "page_token";
    const string PageSize = "page_size";

    /// <summary>Name of the key of a service.</summary>
    public static string KeyOf(string service) => $"page-tokens-{service}";

    /// <summary>How many rows to return for the size asked for.</summary>
    public static int SizeOf(int asked) => asked <= 0 ? SizeDefault : Math.Min(asked, SizeMax);

    /// <summary>The page that a list request asks for.</summary>
    /// <param name="request">The list request, with <c>page_size</c> and <c>page_token</c>.</param>
    /// <param name="query">Which rows, in an order.</param>
    /// <param name="cancel">Cancels.</param>
    /// <returns>Its rows, and the token of the next; empty when it is the last.</returns>
    /// <exception cref="RefusedException">PAGE_TOKEN_INVALID: altered, of another caller, or of another query.</exception>
    public async Task<(List<TRow> Rows, string Next)> ReadAsync<TRow>(IMessage request, RowQuery<TRow> query, CancellationToken cancel) where TRow : class
    {
        var size = SizeOf((int)request.Descriptor.FindFieldByName(PageSize).Accessor.GetValue(request));
        var rows = await Behind(query, Read(request)).ReadAsync(size + 1, cancel);
        if (rows.Count <= size) return (rows, "");
        rows.RemoveAt(size);
        return (rows, Write(request, query.PlaceOf(rows[^1])));
    }

    /// <summary>Makes the token of the next page.</summary>
    /// <param name="query">The list request; every field but token and size is bound to the token.</param>
    /// <param name="cursor">Where the next page starts, in the list's own words.</param>
    public string Write(IMessage query, params string[] cursor)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(cursor);
        return Base64Url.EncodeToString([.. keys.Standing(KeyOf(request.Service)).SignData(Covered(query, body), HashAlgorithmName.SHA256), .. body]);
    }

    /// <summary>Where the page starts; null for the first page.</summary>
    /// <exception cref="RefusedException">PAGE_TOKEN_INVALID: altered, of another caller, or of another query.</exception>
    public string[]? Read(IMessage query)
    {
        var token = (string)query.Descriptor.FindFieldByName(PageToken).Accessor.GetValue(query);
        if (token is "") return null;
        try
        {
            var bytes = Base64Url.DecodeFromChars(token);
            if (bytes.Length > SignatureBytes && Covered(query, bytes.AsSpan(SignatureBytes)) is var covered
                && keys.KnownHalves(KeyOf(request.Service)).Any(half => half.VerifyData(covered, bytes.AsSpan(0, SignatureBytes), HashAlgorithmName.SHA256)))
            {
                return JsonSerializer.Deserialize<string[]>(bytes.AsSpan(SignatureBytes));
            }
        }
        catch (FormatException)
        {
            // Not a token at all; refused like any other that does not fit.
        }

        throw Invalid();
    }

    // A token of a version that ordered the list otherwise is as good as none.
    static RowQuery<TRow> Behind<TRow>(RowQuery<TRow> query, string[]? row) where TRow : class
    {
        try
        {
            return query.Behind(row);
        }
        catch (FormatException)
        {
            throw Invalid();
        }
    }

    static RefusedException Invalid() => new(Refusal.Invalid(PageToken, "PAGE_TOKEN_INVALID", "page_token is not one that this query gave to this caller."));

    byte[] Covered(IMessage query, ReadOnlySpan<byte> body)
    {
        var bound = query.Descriptor.Parser.ParseFrom(query.ToByteArray());
        bound.Descriptor.FindFieldByName(PageToken).Accessor.Clear(bound);
        bound.Descriptor.FindFieldByName(PageSize).Accessor.Clear(bound);
        var text = Encoding.UTF8.GetBytes($"{request.Caller.Subject}\n{query.Descriptor.FullName}\n");
        return [.. text, .. bound.ToByteArray(), .. body];
    }
}
