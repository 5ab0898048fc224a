using Doseline.Kernel.Rules;
using Doseline.Orders.Domain;
using Doseline.Testing;

namespace Doseline.Orders.Tests.Domain;

public sealed class SmallRulesTests
{
    [Theory]
    [Requirement("E16")]
    [InlineData("pt-7f3a9c21e4", null)]
    [InlineData("0190f3d2-7c44-7d11-9f0a-1b2c3d4e5f60", null)]
    [InlineData("19700101-7c44-7d11-9f0a-1b2c3d4e5f60", null)]
    [InlineData("short1", "PATIENT_TOKEN_MALFORMED")]
    [InlineData("pt-7f3a9c21e4\n", "PATIENT_TOKEN_MALFORMED")]
    [InlineData("John Smith 1953", "PATIENT_TOKEN_MALFORMED")]
    [InlineData("johnsmith", "PATIENT_TOKEN_IDENTIFIES")]
    [InlineData("John-Smith-7", "PATIENT_TOKEN_IDENTIFIES")]
    [InlineData("123456789", "PATIENT_TOKEN_IDENTIFIES")]
    [InlineData("MRN-0012345a", "PATIENT_TOKEN_IDENTIFIES")]
    [InlineData("js-1953-12-24", "PATIENT_TOKEN_IDENTIFIES")]
    [InlineData("x_24121953", "PATIENT_TOKEN_IDENTIFIES")]
    public void A_token_that_could_be_a_person_is_refused_without_repeating_it(string token, string? code)
    {
        List<Refusal> refusals = [];
        PatientTokens.Check(refusals, token);
        refusals.Select(r => r.Code).ShouldBe(code is null ? [] : [code]);
        refusals.ShouldAllBe(r => !r.Message.Contains(token) && !r.Numbers.Values.Contains(token));
    }

    [Theory]
    [Requirement("A153")]
    [InlineData(4_250_075, 1900, 807_514)]
    [InlineData(50, 100, 0)]
    [InlineData(150, 100, 2)]
    [InlineData(250, 100, 2)]
    [InlineData(100_000_000_000, 10_000, 100_000_000_000)]
    public void Tax_is_rounded_once_half_to_even(long net, int basisPoints, long tax) => InvoiceRules.TaxOf(net, basisPoints).ShouldBe(tax);
}
