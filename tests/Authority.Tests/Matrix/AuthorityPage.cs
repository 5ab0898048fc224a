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
            roles named; *where asked* leaves it to the record, for example a recipe's step.

            """.ReplaceLineEndings("\n"));
        foreach (var service in ContractMethods.All.Where(m => ContractMethods.PolicyOf(m.Value) is not null).GroupBy(m => m.Value.Service.FullName, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            page.Append($"\n## {service.Key}\n\n| Method | Who | Changes | Site | Signature |\n| --- | --- | --- | --- | --- |\n");
            foreach (var (_, method) in service.OrderBy(m => m.Value.Index))
            {
                var policy = ContractMethods.PolicyOf(method)!;
                page.Append($"| {method.Name} | {(policy.AnyRole ? "any" : string.Join(", ", policy.Roles))} | {(policy.Mutates ? "yes" : "")} | {policy.SiteField} | {Signature(policy)} |\n");
            }
        }

        return page.ToString();
    }

    static string Signature(Policy policy) => policy.Signature is not { } need ? "" : string.Concat(
        Meanings.CodeOf(need.Meaning),
        need.SecondPerson ? $" + second ({string.Join(", ", need.SecondRoles.Count > 0 ? need.SecondRoles : policy.Roles)})" : "",
        need.WhenAsked ? ", where asked" : "");
}
