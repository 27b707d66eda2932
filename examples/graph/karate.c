/* karate.c: Zachary's karate club (An Information Flow Model for Conflict and Fission in Small Groups, 1977):
 * 34 members and who met whom outside. The club split between its instructor, member 0, and its president,
 * member 33. Trained on these two alone, which side does everybody take? */
#include "karate.h"

#include "../example.h"

enum { MEMBERS = 34, MEETINGS = 78, HIDDEN = 4, SIDES = 2, STEPS = 200 };

static const int32_t meetings[MEETINGS][2] = {
    {0, 1},   {0, 2},   {0, 3},   {0, 4},   {0, 5},   {0, 6},   {0, 7},   {0, 8},   {0, 10},  {0, 11},
    {0, 12},  {0, 13},  {0, 17},  {0, 19},  {0, 21},  {0, 31},  {1, 2},   {1, 3},   {1, 7},   {1, 13},
    {1, 17},  {1, 19},  {1, 21},  {1, 30},  {2, 3},   {2, 7},   {2, 8},   {2, 9},   {2, 13},  {2, 27},
    {2, 28},  {2, 32},  {3, 7},   {3, 12},  {3, 13},  {4, 6},   {4, 10},  {5, 6},   {5, 10},  {5, 16},
    {6, 16},  {8, 30},  {8, 32},  {8, 33},  {9, 33},  {13, 33}, {14, 32}, {14, 33}, {15, 32}, {15, 33},
    {18, 32}, {18, 33}, {19, 33}, {20, 32}, {20, 33}, {22, 32}, {22, 33}, {23, 25}, {23, 27}, {23, 29},
    {23, 32}, {23, 33}, {24, 25}, {24, 27}, {24, 31}, {25, 31}, {26, 29}, {26, 33}, {27, 33}, {28, 31},
    {28, 33}, {29, 32}, {29, 33}, {30, 32}, {30, 33}, {31, 32}, {31, 33}, {32, 33}};

/* Which side each took: 0 the instructor's, 1 the president's. */
static const int32_t took[MEMBERS] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0,
                                      0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

int main(void)
{
    int32_t source[2 * MEETINGS], target[2 * MEETINGS], guess[MEMBERS];
    for (size_t i = 0; i < MEETINGS; i++) { /* an edge each way */
        source[i] = target[MEETINGS + i] = meetings[i][0];
        target[i] = source[MEETINGS + i] = meetings[i][1];
    }
    const int32_t known[] = {0, 33}, side[] = {0, 1};

    struct club m = {.E = 2 * MEETINGS, .M = 2, .N = MEMBERS, .H = HIDDEN, .K = SIDES};
    m.source = source, m.target = target;
    m.known = known, m.side = side;
    m.guess = guess;
    size_t count = club_bind_parameters(&m, NULL);
    double *weights = allocate(count * sizeof *weights), *slopes = allocate(count * sizeof *slopes);
    uint32_t random = 1;
    fill_random(&random, 0.5, weights, count);
    club_bind_parameters(&m, weights);
    club_bind_gradients(&m, slopes);
    m.work = workspace_new(club_workspace(&m));
    m.prepared = workspace_new(club_prepared_size(&m));
    require(club_prepare(&m)); /* what the edges alone determine: degrees */

    for (int step = 0; step <= STEPS; step++) {
        require(club_gradient(&m));
        if (step % 50 == 0) {
            int right = 0;
            for (size_t i = 0; i < MEMBERS; i++)
                right += guess[i] == took[i];
            printf("step %3d  loss %.6f  %d of %d right\n", step, m.loss, right, MEMBERS);
        }
        for (size_t i = 0; i < count; i++)
            weights[i] -= slopes[i];
    }
    printf("wrong about");
    for (size_t i = 0; i < MEMBERS; i++)
        if (guess[i] != took[i])
            printf(" %d", (int)i);
    printf("\n");
    print_gradient("W2", m.W2, HIDDEN * SIDES);

    workspace_free(m.prepared);
    workspace_free(m.work);
    free(weights), free(slopes);
    return 0;
}
