using Doseline.Kernel.Decay;
using Doseline.Shipping.Domain;
using Doseline.Shipping.Domain.Class7;
using Doseline.Testing;

namespace Doseline.Shipping.Tests;

public sealed class ConsigneeLicences
{
    static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);
    static readonly NuclideAmount[] Lu = [new(NuclideData.Current.Find("Lu-177")!, 7e9)];

    static ConsigneeLicence Licence(params LicenceLine[] lines) => new("c", "NY-1", Now.AddDays(30), lines);

    [Fact]
    [Requirement("E05")]
    public void A_licence_with_type_form_and_quantity_is_enough() =>
        Check(Licence(new LicenceLine("Lu-177", 7e9, "unsealed liquid"))).ShouldBeEmpty();

    [Fact]
    [Requirement("E05")]
    public void Every_gap_of_a_licence_is_named()
    {
        Check(null).ShouldBe(["CONSIGNEE_LICENCE_MISSING"]);
        Check(Licence() with { Number = "" }).ShouldBe(["CONSIGNEE_LICENCE_MISSING"]);
        Check(Licence(new LicenceLine("Lu-177", 1e10, "any")) with { Expire = Now.AddHours(1) }).ShouldBe(["CONSIGNEE_LICENCE_EXPIRED"]);
        Check(Licence(new LicenceLine("I-131", 1e10, "any"))).ShouldBe(["CONSIGNEE_NUCLIDE_NOT_LICENSED"]);
        Check(Licence(new LicenceLine("Lu-177", 1e10, "sealed source"))).ShouldBe(["CONSIGNEE_FORM_NOT_LICENSED"]);
        Check(Licence(new LicenceLine("Lu-177", 6.9e9, "any"))).ShouldBe(["CONSIGNEE_LIMIT_EXCEEDED"]);
        Check(Licence() with { Expire = Now.AddDays(-1) }).ShouldBe(["CONSIGNEE_LICENCE_EXPIRED", "CONSIGNEE_NUCLIDE_NOT_LICENSED"]);
    }

    static List<string> Check(ConsigneeLicence? licence) =>
        [.. LicenceRules.Check(licence, "c", Lu, new MaterialForm(Phase.Liquid), "lutetium compound", Now, Now.AddHours(8)).Select(refusal => refusal.Code)];
}
