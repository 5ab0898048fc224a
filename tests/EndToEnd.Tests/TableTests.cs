using System.Text;
using Doseline.Local.Day.Files;
using Doseline.Testing;

namespace Doseline.EndToEnd.Tests;

/// <summary>Tables that mean nothing certain are refused by file, line and column.</summary>
public sealed class TableTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("doseline-table").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    [Requirement("A184")]
    public void Bytes_of_another_code_page_are_refused_where_they_stand()
    {
        Read([.. "name,yield_gbq\nZürich,1\n"u8, .. "Gen"u8, 0xE8, .. "ve,2\n"u8], "name").ShouldBe([new DayProblem("t.csv", 3, "", "character 4 of the line is no UTF-8; save the file as CSV UTF-8")]);
        Read([0xEF, 0xBB, 0xBF, .. "name\nGenève\n"u8], "name").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("name,name\na,b\n", "name", "the column stands there twice")]
    [InlineData("name,yield_gbq,yield_mbq\na,1,1000\n", "yield", "the quantity stands there in several units: yield_gbq, yield_mbq")]
    public void What_stands_there_twice_is_refused(string text, string column, string reason) =>
        Read(Encoding.UTF8.GetBytes(text), "name", "yield:activity").ShouldContain(new DayProblem("t.csv", 1, column, reason));

    List<DayProblem> Read(byte[] bytes, params string[] columns)
    {
        File.WriteAllBytes(Path.Combine(folder, "t.csv"), bytes);
        List<DayProblem> problems = [];
        Table.Read(folder, "t.csv", columns, problems).Rows.Count().ShouldBe(problems is [] ? 1 : 0);
        return problems;
    }
}
