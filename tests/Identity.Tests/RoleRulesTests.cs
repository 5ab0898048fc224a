using Doseline.Identity.Domain;
using Doseline.Kernel.Rules;
using Doseline.Testing;
using FsCheck.Fluent;

namespace Doseline.Identity.Tests;

/// <summary>Duties are separate, whoever asks.</summary>
public sealed class RoleRulesTests
{
    [Theory]
    [Requirement("A209", "P09")]
    [InlineData("administrator", "operator")]
    [InlineData("administrator", "qa")]
    [InlineData("administrator", "supply_desk")]
    [InlineData("administrator", "auditor")]
    [InlineData("auditor", "qa")]
    [InlineData("partner", "qa")]
    [InlineData("qa", "operator")]
    [InlineData("qa", "verifier")]
    [InlineData("qa", "qc_analyst")]
    [InlineData("qa", "planner")]
    [InlineData("qa", "supply_desk")]
    [InlineData("qa", "shipping")]
    [InlineData("qc_analyst", "operator")]
    [InlineData("master_data_steward", "operator")]
    public void Two_duties_that_check_each_other_are_not_one_persons(string one, string other)
    {
        RoleRules.Excluded(one, other).ShouldBeTrue();
        RoleRules.Excluded(other, one).ShouldBeTrue();
        Propose(other, "bos", held: [new(one, "bos")]).Refusals.Single().Code.ShouldBe("ROLES_NOT_SEPARATE");
    }

    [Theory]
    [InlineData("operator", "verifier")]
    [InlineData("operator", "planner")]
    [InlineData("supply_desk", "planner")]
    [InlineData("radiation_safety", "shipping")]
    public void Duties_that_do_not_meet_may_be_one_persons(string one, string other) => Propose(other, "bos", held: [new(one, "bos")]).Accepted.ShouldBeTrue();

    [Fact]
    public void Duties_are_separate_at_one_site_and_an_administrator_everywhere()
    {
        Propose(Roles.Qa, "lei", held: [new(Roles.Operator, "bos")]).Accepted.ShouldBeTrue();
        Propose(Roles.Qa, "*", held: [new(Roles.Operator, "bos")]).Accepted.ShouldBeFalse();
        Propose(Roles.Operator, "lei", held: [new(Roles.Administrator, "bos")]).Accepted.ShouldBeFalse();
    }

    [Fact]
    public void Nobody_gives_themselves_a_right_and_every_fault_is_named_at_once()
    {
        var refusals = RoleRules.Propose(new("partner", "a b"), false, "ann", "ann", [new("operator", "*")], true).Refusals;
        refusals.Select(r => r.Code).ShouldBe(["SITE_INVALID", "OWN_RIGHTS", "ROLE_NOT_FOR_HOLDER", "ROLES_NOT_SEPARATE"]);
        RoleRules.Propose(new("emperor", "bos"), false, "ann", "adm", [], true).Refusals.Single().Code.ShouldBe("ROLE_UNKNOWN");
    }

    [Fact]
    [Requirement("A209")]
    public void Quality_approves_who_touches_the_product_and_only_the_first_qa_there_ever_is_needs_nobody()
    {
        Propose(Roles.Operator, "bos").Value.ShouldBe(AssignmentState.Proposed);
        Propose(Roles.Administrator, "bos").Value.ShouldBe(AssignmentState.Proposed);
        Propose(Roles.SupplyDesk, "bos").Value.ShouldBe(AssignmentState.Granted);
        Propose(Roles.Qa, "bos").Value.ShouldBe(AssignmentState.Proposed);
        Propose(Roles.Qa, "bos", everHadQa: false).Value.ShouldBe(AssignmentState.Granted);
        Propose(Roles.Qa, "*").Value.ShouldBe(AssignmentState.Proposed);
        Propose(Roles.Qa, "b*s", everHadQa: false).Refusals.Single().Code.ShouldBe("SITE_INVALID");
    }

    [Fact]
    [Requirement("A209")]
    public void Every_role_has_a_department_and_there_are_more_departments_than_one()
    {
        RoleRules.All.Select(r => r.Role).ShouldBe(Roles.All, ignoreOrder: true);
        RoleRules.All.Select(r => r.Department).Distinct().Count().ShouldBeGreaterThanOrEqualTo(6);
    }

    [Fact]
    public void Whatever_is_proposed_in_whatever_order_what_is_held_stays_separate()
    {
        var steps = Gen.Elements(Roles.All.ToArray()).SelectMany(role => Gen.Elements("bos", "lei", "*").Select(site => new Right(role, site))).ListOf();
        Prop.ForAll(steps.ToArbitrary(), wanted =>
        {
            List<Right> held = [];
            foreach (var role in wanted)
            {
                if (RoleRules.Propose(role, role.Role == Roles.Partner, "ann", "adm", held, true).Accepted) held.Add(role);
            }

            return held.All(a => held.All(b => !RoleRules.Excluded(a.Role, b.Role) || (a.SiteId != b.SiteId && a.SiteId != "*" && b.SiteId != "*" && a.Role != Roles.Administrator && b.Role != Roles.Administrator)));
        }).Holds();
    }

    static Kernel.Rules.Decision<AssignmentState> Propose(string role, string site, bool everHadQa = true, params IReadOnlyList<Right> held) =>
        RoleRules.Propose(new(role, site), role == Roles.Partner, "ann", "adm", held, everHadQa);
}
