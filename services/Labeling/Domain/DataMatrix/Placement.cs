namespace Doseline.Labeling.Domain.DataMatrix;

/// <summary>Where each bit of each codeword stands (ISO/IEC 16022, annex F: the diagonal walk and its four corner cases).</summary>
static class Placement
{
    /// <summary>Lays codewords into a square mapping matrix of so many modules on a side; true is dark.</summary>
    public static bool[,] Lay(ReadOnlySpan<byte> codewords, int side)
    {
        Walk walk = new(side);
        var (row, column) = (4, 0);
        do
        {
            if (row == side && column == 0) walk.Corner([(-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)]);
            if (row == side - 2 && column == 0 && side % 4 != 0) walk.Corner([(-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1)]);
            if (row == side - 2 && column == 0 && side % 8 == 4) walk.Corner([(-3, 0), (-2, 0), (-1, 0), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1)]);
            if (row == side + 4 && column == 2 && side % 8 == 0) walk.Corner([(-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1)]);

            do
            {
                if (row < side && column >= 0 && walk.IsFree(row, column)) walk.Utah(row, column);
                row -= 2;
                column += 2;
            }
            while (row >= 0 && column < side);
            row += 1;
            column += 3;

            do
            {
                if (row >= 0 && column < side && walk.IsFree(row, column)) walk.Utah(row, column);
                row += 2;
                column -= 2;
            }
            while (row < side && column >= 0);
            row += 3;
            column += 1;
        }
        while (row < side || column < side);
        return walk.Draw(codewords);
    }

    sealed class Walk(int side)
    {
        // 0 is free; otherwise 8 × codeword (from 1) + bit (7 is the highest).
        readonly int[,] places = new int[side, side];
        int codeword;

        public bool IsFree(int row, int column) => places[row, column] == 0;

        // The shape of a codeword in the middle of the matrix, which wraps around at the edges.
        public void Utah(int row, int column)
        {
            codeword++;
            ReadOnlySpan<(int Row, int Column)> shape = [(-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0)];
            for (var i = 0; i < 8; i++) Put(row + shape[i].Row, column + shape[i].Column, 7 - i);
        }

        // Corner shapes are given from the edges: a negative number counts from the far edge.
        public void Corner(ReadOnlySpan<(int Row, int Column)> shape)
        {
            codeword++;
            for (var i = 0; i < 8; i++)
                places[shape[i].Row < 0 ? side + shape[i].Row : shape[i].Row, shape[i].Column < 0 ? side + shape[i].Column : shape[i].Column] = 8 * codeword + 7 - i;
        }

        public bool[,] Draw(ReadOnlySpan<byte> codewords)
        {
            var dark = new bool[side, side];
            for (var row = 0; row < side; row++)
            {
                for (var column = 0; column < side; column++)
                {
                    var place = places[row, column];
                    // The four modules that no codeword reaches are a fixed pattern in the last corner.
                    dark[row, column] = place == 0
                        ? row == column
                        : (codewords[place / 8 - 1] >> (place % 8) & 1) == 1;
                }
            }

            return dark;
        }

        void Put(int row, int column, int bit)
        {
            if (row < 0) (row, column) = (row + side, column + 4 - (side + 4) % 8);
            if (column < 0) (row, column) = (row + 4 - (side + 4) % 8, column + side);
            places[row, column] = 8 * codeword + bit;
        }
    }
}
