using System.Buffers.Text;
using System.Text;
using Doseline.Execution.V1;
using Doseline.Kernel.Rules;
using Doseline.Orders.V1;
using Doseline.Platform.Auth;
using Doseline.Platform.Messaging;
using Doseline.Platform.Rpc;
using Doseline.Platform.Tests.Auth;
using Doseline.Testing;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;

namespace Doseline.Platform.Tests.Rpc;

/// <summary>A page token continues the list it was made for, for the caller it was made for, and does nothing else.</summary>
public sealed class PageTokensTests
{
    static readonly KeyStore Keys = TestKeys.Store("page-tokens-execution", "page-tokens-orders");
    static readonly ListRunsRequest Query = new() { SiteId = "PHX", ProductCode = "LU177-PSMA", PageSize = 10 };

    [Fact]
    public void A_token_gives_back_its_cursor_whatever_the_cursor_is() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(s => new string([.. s.Get.Where(c => !char.IsSurrogate(c))])).ArrayOf().ToArbitrary(),
        cursor =>
        {
            var next = Query.Clone();
            next.PageToken = Of("ann").Write(Query, cursor);
            Of("ann").Read(next).ShouldBe(cursor);
        }).Holds();

    [Fact]
    public void The_size_of_a_page_may_change_on_the_way()
    {
        var next = Query.Clone();
        (next.PageToken, next.PageSize) = (Of("ann").Write(Query, "5"), 500);
        Of("ann").Read(next).ShouldBe(["5"]);
    }

    [Fact]
    public void The_first_page_has_no_cursor() => Of("ann").Read(Query).ShouldBeNull();

    public static TheoryData<string, Func<string>, Action<ListRunsRequest>, string> Strangers => new()
    {
        { "of another caller", Token, _ => { }, "ben" },
        { "of another query", Token, q => q.ProductCode = "I131-MIBG", "ann" },
        { "of another kind of list", () => Of("ann").Write(new ListOrdersRequest { SiteId = "PHX", ProductCode = "LU177-PSMA" }, "5"), _ => { }, "ann" },
        { "of another installation", () => new PageTokens(TestKeys.Store("page-tokens-execution"), Request("ann")).Write(Query, "5"), _ => { }, "ann" },
        { "of another service", () => new PageTokens(Keys, Request("ann", "orders")).Write(Query, "5"), _ => { }, "ann" },
        { "cut short", () => Token()[..^2], _ => { }, "ann" },
        { "cut to the signature", () => Token()[..86], _ => { }, "ann" },
        { "garbage", () => "not a token!", _ => { }, "ann" },
        { "garbage in the right letters", () => new string('A', 80), _ => { }, "ann" },
        { "letters no token has", () => "❄❄❄❄", _ => { }, "ann" },
        { "the cursor alone", () => Base64Url.EncodeToString(Encoding.UTF8.GetBytes("""["5"]""")), _ => { }, "ann" },
    };

    [Theory]
    [MemberData(nameof(Strangers))]
    public void Any_other_token_is_refused(string what, Func<string> token, Action<ListRunsRequest> change, string reader)
    {
        what.ShouldNotBeEmpty();
        var next = Query.Clone();
        next.PageToken = token();
        change(next);
        Refused(reader, next);
    }

    [Fact]
    public void No_changed_byte_goes_unnoticed() => Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), at =>
    {
        var bytes = Base64Url.DecodeFromChars(Token());
        bytes[at % bytes.Length] ^= (byte)(1 << at % 8);
        var next = Query.Clone();
        next.PageToken = Base64Url.EncodeToString(bytes);
        Refused("ann", next);
    }).Holds();

    [Fact]
    [Requirement("A179")]
    public void A_key_is_changed_while_people_turn_pages()
    {
        var folder = Directory.CreateTempSubdirectory("doseline-page-tokens-");
        try
        {
            var (key, half) = (Path.Combine(folder.FullName, "page-tokens-execution.pem"), Path.Combine(folder.FullName, "page-tokens-execution.pub"));
            PageTokens tokens = new(new KeyStore(new ConfigurationBuilder().AddInMemoryCollection([new("Keys:Directory", folder.FullName)]).Build()), Request("ann"));
            var (first, second) = (TestKeys.New(), TestKeys.New());
            File.WriteAllText(key, first);
            var next = Query.Clone();
            next.PageToken = tokens.Write(Query, "5");
            tokens.Read(next).ShouldBe(["5"]);

            File.WriteAllText(half, TestKeys.HalfOf(first) + "\n" + TestKeys.HalfOf(second));
            File.WriteAllText(key, second);
            tokens.Read(next).ShouldBe(["5"], "the half of the earlier key still stands");
            var after = Query.Clone();
            after.PageToken = tokens.Write(Query, "6");
            tokens.Read(after).ShouldBe(["6"]);
            File.WriteAllText(half, TestKeys.HalfOf(second));
            tokens.Read(after).ShouldBe(["6"]);
            Should.Throw<RefusedException>(() => tokens.Read(next)).Refusals[0].Code.ShouldBe("PAGE_TOKEN_INVALID");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(-1, 50)]
    [InlineData(7, 7)]
    [InlineData(500, 500)]
    [InlineData(int.MaxValue, 500)]
    public void A_page_has_a_size_within_its_bounds(int asked, int given) => PageTokens.SizeOf(asked).ShouldBe(given);

    static string Token() => Of("ann").Write(Query, "5");

    static void Refused(string reader, ListRunsRequest query) =>
        Should.Throw<RefusedException>(() => Of(reader).Read(query)).Refusals.ShouldHaveSingleItem().Code.ShouldBe("PAGE_TOKEN_INVALID");

    static PageTokens Of(string person) => new(Keys, Request(person));

    static RequestContext Request(string person, string service = "execution") => new() { Service = service, Caller = new Caller { Subject = $"person:{person}", Name = person, Roles = [], Sites = [] } };
}
