using System.Text;
using Doseline.Authority.Tests.Support;
using Doseline.Common.V1;
using Doseline.Platform.Signing;
using Doseline.Testing;

namespace Doseline.Authority.Tests.Matrix;

/// <summary><c>docs/authority.md</c> is what the protos declare, and nothing else.</summary>
public sealed class AuthorityPage
{
    static readonly string File = Path.Combine(Repository.Root, "docs", "authority.md");

    [Fact]
    [Requirement("A003")]
    [Clause("21 CFR 11.10(k)")]
    public void The_page_of_authority_says_what_the_protos_declare()
    {
        var page = Write();
        if (Environment.GetEnvironmentVariable("DOSELINE_WRITE_DOCS") is "1") System.IO.File.WriteAllText(File, page);
        System.IO.File.ReadAllText(File).ReplaceLineEndings("\n").ShouldBe(page, "docs/authority.md is not what the protos declare; refresh it with tests/docs.sh");
    }

    static string Write()
    {
        StringBuilder page = new();
        page.Append("""
            # Who may do what

            Drawn from the policies in `protos/` by `tests/docs.sh`; do not edit. The same declarations are enforced at every call and tried as every role,
            as every service and as nobody by `tests/Authority.Tests`. *site*: the field that names the site, where the request has one; elsewhere the service
            checks the site of the object. *signature*: what the caller declares by signing the request at that moment; *+ second* is another person of the
            roles named; *where asked* leaves it to the record, for example a recipe's step; *with* a field, whoever fills that. *any*: whoever has a role of the
            staff, and services for them; *anybody*: whoever is known. *partner (own)*: a partner's system, for customers that name it. *services for*: a service account of those named calls for a person in one of these roles, and
            reaches what that person may; one without that calls for itself, at the site that the request names. *procedure*: a person must be trained on its
            version in force at that moment; whoever changes GxP data names one.

            """.ReplaceLineEndings("\n"));
        foreach (var service in ContractMethods.All.Where(m => ContractMethods.PolicyOf(m.Value) is not null).GroupBy(m => m.Value.Service.FullName, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append($"\n## {service.Key}\n\n| Method | Who | Changes | Site | Signature | Procedure |\n| --- | --- | --- | --- | --- | --- |\n");
            foreach (var (_, method) in service.OrderBy(m => m.Value.Index))
            {
                var policy = ContractMethods.PolicyOf(method)!;
                page.Append($"| {method.Name} | {Who(policy)} | {(policy.Mutates ? "yes" : "")} | {policy.SiteField} | {Signature(policy)} | {policy.Procedure} |\n");
            }
        }

        return page.ToString();
    }

    static string Who(Policy policy) => string.Concat(
        policy.Anybody ? "anybody" : policy.AnyRole ? "any" : string.Join(", ", policy.Roles),
        policy.AnyRole && policy.Partner is not PartnerReach.Unspecified ? ", partner" : "",
        policy.Partner switch { PartnerReach.Customer => " (own)", PartnerReach.Shown => " (what it shows)", PartnerReach.Common => " (the same for all)", _ => "" },
        policy.ForRoles.Count > 0 ? $"; services for {string.Join(", ", policy.ForRoles)}" : "");

    static string Signature(Policy policy) => policy.Signature is not { } need ? "" : string.Concat(
        Meanings.CodeOf(need.Meaning),
        need.SecondPerson ? $" + second ({string.Join(", ", need.SecondRoles.Count > 0 ? need.SecondRoles : policy.Roles)})" : "",
        need.WhenField.Length > 0 ? $", with {need.WhenField}" : need.WhenAsked ? ", where asked" : "");
}
