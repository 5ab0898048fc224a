using Doseline.Platform.Signing;
using Doseline.Testing;
using Google.Protobuf.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Doseline.Tidy.Tests;

/// <summary>What people write in words of their own is kept and shown. No code decides by it: it is not compared, searched, cut, matched or parsed, in a call, a row or a fact.</summary>
public sealed class FreeTextTests
{
    // Texts of calls in which people say why, what they saw or what they think, by the name of their field.
    static readonly string[] Texts =
    [
        "comment", "conclusion", "effectiveness_criterion", "emergency_information", "finding", "findings", "late_reason", "note", "rationale", "reason", "remark", "repeat_reason",
        "root_cause", "summary",
    ];

    // What reads a text for what it says.
    static readonly HashSet<string> Readers =
    [
        "Contains", "StartsWith", "EndsWith", "IndexOf", "IndexOfAny", "LastIndexOf", "Split", "Substring", "Remove", "Equals", "CompareTo", "IsMatch", "Match", "Matches", "Parse", "TryParse",
        "TryParseExact", "ParseExact",
    ];

    [Fact]
    [Requirement("A190")]
    public void No_free_text_is_parsed_for_a_decision()
    {
        var files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "services"), "*.cs", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(Path.Combine(Repository.Root, "gateway"), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal) && !f.Contains("node_modules", StringComparison.Ordinal))
            // Why a fact waits is said by the platform, with a code of its own in front; no person writes it.
            .Where(f => !f.EndsWith(Path.Combine("Messaging", "Reading", "FactWaits.cs"), StringComparison.Ordinal));
        files.SelectMany(file => Read(File.ReadAllText(file)).Select(found => $"{Path.GetRelativePath(Repository.Root, file)}: {found}")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("if (request.Reason == \"OOS\") Reject();", true)]
    [InlineData("if (\"OOS\" != row.Comment) Reject();", true)]
    [InlineData("if (row.Conclusion is \"ok\" or \"OK\") Accept();", true)]
    [InlineData("if (row is { Finding: \"none\" }) Accept();", true)]
    [InlineData("var state = request.Reason switch { \"a\" => 1, _ => 2 };", true)]
    [InlineData("switch (request.Note) { case \"a\": break; }", true)]
    [InlineData("if (request.Reason.Contains(\"reject\", StringComparison.OrdinalIgnoreCase)) Reject();", true)]
    [InlineData("if (request.Reason?.Trim().StartsWith('R') == true) Reject();", true)]
    [InlineData("if (Regex.IsMatch(request.Summary, \"x\")) Reject();", true)]
    [InlineData("var cause = Enum.Parse<Cause>(request.RootCause);", true)]
    [InlineData("if (request.Reason is \"\") Refuse();", false)]
    [InlineData("if (request.Reason.Length > 2000 || row.Note != \"\") Refuse();", false)]
    [InlineData("row.Reason = request.Reason.Trim();", false)]
    [InlineData("if (row is { Finding: \"\" } or { Note: not \"\" }) Refuse();", false)]
    public void It_is_found_however_it_is_read(string code, bool reads) => Read($"void Run() {{ {code} }}").Any().ShouldBe(reads);

    [Fact]
    [Requirement("A190")]
    public void Every_text_of_a_call_is_a_name_of_something_or_one_of_these()
    {
        // Each method that is told why is told in a field that is looked for above.
        var asked = ContractMethods.All.Values.Where(m => ContractMethods.PolicyOf(m) is { Mutates: true }).SelectMany(m => WithNested(m.InputType, [])).SelectMany(m => m.Fields.InDeclarationOrder())
            .Where(f => f.FieldType is FieldType.String).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        Texts.Except(asked).ShouldBeEmpty("a text that no call has");
        string[] telling = ["reason", "comment", "note", "remark", "finding", "conclusion", "rationale", "summary", "cause", "opinion", "observation", "explanation", "justification"];
        asked.Where(name => telling.Any(word => name.Contains(word, StringComparison.Ordinal))).Except([.. Texts, "reason_code"]).ShouldBeEmpty();
    }

    static IEnumerable<MessageDescriptor> WithNested(MessageDescriptor message, HashSet<string> passed) => passed.Add(message.FullName)
        ? [message, .. message.Fields.InDeclarationOrder().Where(f => f is { FieldType: FieldType.Message, IsMap: false }).SelectMany(f => WithNested(f.MessageType, passed))] : [];

    static IEnumerable<string> Read(string source)
    {
        var properties = Texts.Select(t => string.Concat(t.Split('_').Select(part => char.ToUpperInvariant(part[0]) + part[1..]))).ToHashSet(StringComparer.Ordinal);
        foreach (var node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes())
        {
            var read = node switch
            {
                BinaryExpressionSyntax binary when binary.Kind() is SyntaxKind.EqualsExpression or SyntaxKind.NotEqualsExpression => (IsText(binary.Left) && Says(binary.Right)) || (IsText(binary.Right) && Says(binary.Left)),
                IsPatternExpressionSyntax pattern => IsText(pattern.Expression) && Says(pattern.Pattern),
                SubpatternSyntax { NameColon.Name.Identifier.ValueText: var name } sub => properties.Contains(name) && Says(sub.Pattern),
                // A value of an enum may be called the same; its switch names members, and a text's says words.
                SwitchExpressionSyntax choice => IsText(choice.GoverningExpression) && choice.Arms.Any(a => Says(a.Pattern)),
                SwitchStatementSyntax choice => IsText(choice.Expression) && choice.Sections.SelectMany(s => s.Labels).Any(Says),
                InvocationExpressionSyntax { Expression: var called } invocation => Readers.Contains(NameOf(called)) && (TextIn(called) || invocation.ArgumentList.Arguments.Any(a => IsText(a.Expression))),
                _ => false,
            };
            if (read) yield return node.ToString();
        }

        bool IsText(ExpressionSyntax expression) => expression switch
        {
            MemberAccessExpressionSyntax member => properties.Contains(member.Name.Identifier.ValueText),
            ParenthesizedExpressionSyntax inner => IsText(inner.Expression),
            ConditionalAccessExpressionSyntax { WhenNotNull: MemberBindingExpressionSyntax bound } => properties.Contains(bound.Name.Identifier.ValueText),
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Trim" or "ToLowerInvariant" or "ToUpperInvariant" } changed } => IsText(changed.Expression),
            _ => false,
        };

        // The text at the beginning of a chain, request.Reason?.Trim().StartsWith(…).
        bool TextIn(ExpressionSyntax called) => called switch
        {
            MemberAccessExpressionSyntax member => IsText(member.Expression) || TextIn(member.Expression),
            InvocationExpressionSyntax inner => TextIn(inner.Expression),
            MemberBindingExpressionSyntax bound => bound.Ancestors().OfType<ConditionalAccessExpressionSyntax>().Any(access => IsText(access.Expression)),
            _ => false,
        };
    }

    static string NameOf(ExpressionSyntax called) => called switch
    {
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        MemberBindingExpressionSyntax bound => bound.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => "",
    };

    // A word in it; that it is empty says only that nothing was written.
    static bool Says(SyntaxNode node) => node.DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>().Any(l => l.Token.Value is string { Length: > 0 } or char);
}
