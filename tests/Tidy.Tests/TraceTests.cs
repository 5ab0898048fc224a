using Doseline.Trace;

namespace Doseline.Tidy.Tests;

/// <summary>The trace of requirements says what the tests in the sources say, and no more.</summary>
public sealed class TraceTests
{
    static readonly ContractRow Row = new("A071", "A limit is never exceeded");

    const string Many = """
            [Theory, Requirement("A071")]
            [InlineData(1000)]
            public async Task Of_many_at_once_none_goes_over(int calls) => await Task.Yield();
        """;

    const string Source = $$"""
        public sealed class LimitTests
        {
            [Fact]
            [Requirement("A071")]
            public void A_receipt_over_the_limit_is_refused() { }
        {{Many}}
        }
        """;

    static Verdict Full => new()
    {
        Standing = Standing.Full,
        Tests = ["Inventory.Tests/LimitTests.A_receipt_over_the_limit_is_refused", "Inventory.Tests/LimitTests.Of_many_at_once_none_goes_over"],
    };

    [Fact]
    public void A_row_is_full_while_every_test_it_rests_on_is_there_and_run()
    {
        var (row, faults) = Judge(Full, Source);

        faults.ShouldBeEmpty();
        row.Standing.ShouldBe(Standing.Full);
        row.Tests.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("deleted", Many, "", "is not there")]
    [InlineData("renamed", "Of_many_at_once_none_goes_over", "Of_some_at_once_none_goes_over", "is not there")]
    [InlineData("skipped", "[Theory, Requirement", "[Theory(Skip = \"slow\"), Requirement", "is skipped")]
    [InlineData("one line of it skipped", "[InlineData(1000)]", "[InlineData(1000, Skip = \"slow\")]", "is skipped")]
    [InlineData("hidden", "public async Task Of_many", "internal async Task Of_many", "is not there")]
    [InlineData("no test any more", "[Theory, Requirement", "[Requirement", "is not there")]
    public void A_row_whose_test_is_lost_falls_back_and_the_run_fails(string how, string was, string becomes, string told)
    {
        var (row, faults) = Judge(Full, Source.Replace(was, becomes, StringComparison.Ordinal));

        row.Standing.ShouldBe(Standing.Partly, how);
        row.Missing.ShouldContain($"Inventory.Tests/LimitTests.Of_many_at_once_none_goes_over {told}");
        row.Tests.ShouldBe(["Inventory.Tests/LimitTests.A_receipt_over_the_limit_is_refused"]);
        faults.ShouldContain(f => f.Contains("A071", StringComparison.Ordinal) && f.Contains(told, StringComparison.Ordinal));
    }

    [Fact]
    public void A_row_that_lost_every_test_is_open()
    {
        var (row, faults) = Judge(Full, "");

        row.Standing.ShouldBe(Standing.Open);
        faults.Count.ShouldBe(2);
    }

    [Fact]
    public void A_test_that_names_a_row_and_a_verdict_that_rests_on_it_stand_together_or_not_at_all()
    {
        Judge(new() { Standing = Standing.Full, Tests = [Full.Tests[0]] }, Source).Faults.ShouldHaveSingleItem().ShouldContain("whose verdict does not rest on it");
        Judge(Full, Source.Replace(", Requirement(\"A071\")", "", StringComparison.Ordinal)).Faults.ShouldHaveSingleItem().ShouldContain("which does not name it");
        Judge(Full, Source.Replace("[Requirement(\"A071\")]", "[Requirement(\"A071\", \"A999\")]", StringComparison.Ordinal)).Faults.ShouldHaveSingleItem().ShouldContain("A999");
        Judge(new() { Standing = Standing.Partly, Tests = Full.Tests }, Source).Faults.ShouldHaveSingleItem().ShouldContain("nothing says what is missing");
        Judge(new() { Standing = Standing.Full, Missing = "The rest.", Tests = Full.Tests }, Source).Faults.ShouldHaveSingleItem().ShouldContain("something is said to be missing");
        Judge(null, Source).Faults.Count.ShouldBe(2, "an open row that a test names has no verdict yet");
    }

    [Fact]
    public void Scripts_name_rows_in_their_titles()
    {
        var tests = TestSources.OfScript("console", """
            test('The board shows the patient\'s hour [A044, P08]', async () => {
            test("Nothing named", limit, async () => {
                test.skip(`Later [A045]`, async () => {
            test('Without a printer [A028]', { skip: !printer }, async () => {
            /*
            test('Commented out [A029]', async () => {
            */
            """).ToList();

        tests.Select(t => t.Name).ShouldBe(["console/The board shows the patient's hour", "console/Nothing named", "console/Later", "console/Without a printer"]);
        tests[0].Rows.ShouldBe(["A044", "P08"]);
        tests.Select(t => t.Skipped).ShouldBe([false, false, true, true]);
    }

    [Fact]
    public void A_run_can_only_lower_a_row()
    {
        var folder = Directory.CreateTempSubdirectory("doseline-trace-");
        try
        {
            foreach (var (database, outcome) in new[] { ("sqlite", "Passed"), ("postgres", "Failed") })
            {
                File.WriteAllText(Path.Combine(folder.FullName, $"Inventory.Tests.{database}.trx"), $"""
                    <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><TestDefinitions>
                    <UnitTest id="1"><TestMethod className="Doseline.Inventory.Tests.LimitTests" name="Holds(calls: 1.5)" /></UnitTest>
                    <UnitTest id="2"><TestMethod className="Doseline.Inventory.Tests.LimitTests" name="Doseline.Inventory.Tests.LimitTests.Always" /></UnitTest></TestDefinitions>
                    <Results><UnitTestResult testId="1" outcome="{outcome}" /><UnitTestResult testId="2" outcome="Passed" /></Results></TestRun>
                    """);
            }

            File.WriteAllText(Path.Combine(folder.FullName, "console.log"), "ok 1 - The board [A044]\nnot ok 2 - The list [A045]\nok 3 - The printer # SKIP none\n");
            var results = Results.Read(folder.FullName);

            results.Against("Inventory.Tests/LimitTests.Holds").ShouldBe("did not pass", "it failed on one of two databases");
            results.Against("Inventory.Tests/LimitTests.Always").ShouldBeNull();
            results.Against("Inventory.Tests/LimitTests.Gone").ShouldBe("did not run");
            results.Against("Orders.Tests/X.Y").ShouldBeNull("that suite was not run");
            results.Against("console/The board").ShouldBeNull();
            results.Against("console/The list").ShouldBe("did not pass");
            results.Against("console/The printer").ShouldBe("did not pass", "skipped is not shown");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static (Judged Row, IReadOnlyList<string> Faults) Judge(Verdict? verdict, string source)
    {
        Dictionary<string, Verdict> verdicts = verdict is null ? [] : new() { [Row.Id] = verdict };
        var rows = Judgement.Of([Row], verdicts, [.. TestSources.OfCode("Inventory.Tests", source)], out var faults);
        return (rows.ShouldHaveSingleItem(), faults);
    }
}
