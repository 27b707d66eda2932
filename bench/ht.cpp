// needs: Eigen
// ht.cpp: hand tracking by hand: the chain rule along each finger, once for all points, and for each point
// the bones that move it. Bones that do not move a vertex are skipped.
#include "ht_peer.h"

#include <Eigen/Dense>
#include <cmath>

namespace
{

constexpr int bones = 22, angles = 26;
using Matrix = Eigen::Matrix<double, 4, 4, Eigen::RowMajor>;
using Affine = Eigen::Matrix<double, 3, 4, Eigen::RowMajor>;
using Eigen::Matrix3d;
using Eigen::Vector3d;
using Eigen::Vector4d;

struct Pose {
    Affine bone[bones];
    Affine slope[bones][4]; // of a finger's bones, by its four angles
    int slopes[bones];      // how many of them are not 0
    Matrix3d turn, by_turn[3];
    Vector3d place;
};

Matrix joint(double bend, double spread, Matrix *by_bend, Matrix *by_spread)
{
    double c = std::cos(bend), s = std::sin(bend), d = std::cos(spread), t = std::sin(spread);
    Matrix R, B, S;
    R << d, -t * c, t * s, 0, t, d * c, -d * s, 0, 0, s, c, 0, 0, 0, 0, 1;
    B << 0, t * s, t * c, 0, 0, -d * s, -d * c, 0, 0, c, -s, 0, 0, 0, 0, 0;
    S << -t, -d * c, d * s, 0, d, -t * c, t * s, 0, 0, 0, 0, 0, 0, 0, 0, 0;
    *by_bend = B;
    *by_spread = S;
    return R;
}

Matrix3d cross(const Vector3d &u)
{
    Matrix3d K;
    K << 0, -u(2), u(1), u(2), 0, -u(0), -u(1), u(0), 0;
    return K;
}

void rotate(const Vector3d &r, Pose &pose)
{
    double angle = r.norm();
    if (angle < 1e-4) {
        pose.turn.setIdentity();
        for (Matrix3d &D : pose.by_turn)
            D.setZero();
        return;
    }
    Vector3d u = r / angle;
    double c = std::cos(angle), s = std::sin(angle);
    pose.turn = (1 - c) * u * u.transpose() + c * Matrix3d::Identity() + s * cross(u);
    for (int j = 0; j < 3; j++) {
        Vector3d e = (Vector3d::Unit(j) - u(j) * u) / angle; // how the axis moves
        pose.by_turn[j] = u(j) * (s * u * u.transpose() - s * Matrix3d::Identity() + c * cross(u)) +
                          (1 - c) * (e * u.transpose() + u * e.transpose()) + s * cross(e);
    }
}

void set_pose(const struct hand *h, Pose &pose)
{
    Matrix absolute[bones], slope[bones][4], none1, none2;
    for (int b = 0; b < bones; b++) {
        Eigen::Map<const Matrix> rest(h->rest + 16 * b), undo(h->undo + 16 * b);
        int finger = (b - 1) / 4, which = (b - 1) % 4;
        bool bends = b > 0 && b < bones - 1 && which > 0;
        Matrix up = h->parent[b] < 0 ? Matrix(rest) : Matrix(absolute[h->parent[b]] * rest);
        pose.slopes[b] = 0;
        if (!bends) {
            absolute[b] = up;
        } else {
            const double *a = h->theta + 6 + 4 * finger;
            Matrix by_bend, by_spread, R;
            if (which == 1)
                R = joint(a[0], a[1], &by_bend, &by_spread);
            else
                R = joint(a[which], 0, &by_bend, &none1);
            absolute[b] = up * R;
            int before = which == 1 ? 0 : which;
            if (before > 0) {
                Matrix further = rest * R;
                for (int j = 0; j < before; j++)
                    slope[b][j] = slope[b - 1][j] * further;
            }
            slope[b][before] = up * by_bend;
            if (which == 1)
                slope[b][1] = up * by_spread;
            pose.slopes[b] = which == 1 ? 2 : which + 1;
            for (int j = 0; j < pose.slopes[b]; j++)
                pose.slope[b][j] = (slope[b][j] * undo).topRows<3>();
        }
        pose.bone[b] = (absolute[b] * undo).topRows<3>();
    }
    rotate(Vector3d(h->theta[0], h->theta[1], h->theta[2]), pose);
    pose.place = Vector3d(h->theta[3], h->theta[4], h->theta[5]);
}

// A vertex before it is turned, and its slopes by the fingers' angles, both times `share` added to what is
// there.
void add(const struct hand *h, const Pose &pose, int32_t v, double share, Vector3d &moved,
         Eigen::Matrix<double, 3, 20> &slopes)
{
    const double *weight = h->weight + bones * v;
    Vector4d base = Eigen::Map<const Vector4d>(h->base + 4 * v);
    for (int b = 0; b < bones; b++) {
        if (weight[b] == 0)
            continue;
        Vector4d p = share * weight[b] * base;
        moved += pose.bone[b] * p;
        for (int j = 0; j < pose.slopes[b]; j++)
            slopes.col((b - 1) / 4 * 4 + j) += pose.slope[b][j] * p;
    }
}

// Errors and slopes of one point, of which `turn` and `flip` are still to be applied.
void finish(const struct hand *h, const Pose &pose, const double *point, const Vector3d &moved,
            const Eigen::Matrix<double, 3, 20> &slopes, double *err, double *derr, int columns)
{
    Vector3d flip(h->mirror, 1, 1), m = flip.cwiseProduct(moved);
    Eigen::Map<Vector3d> e(err);
    e = Eigen::Map<const Vector3d>(point) - pose.turn * m - pose.place;
    Eigen::Map<Eigen::Matrix<double, 3, Eigen::Dynamic, Eigen::RowMajor>> J(derr, 3, columns);
    auto D = J.rightCols<angles>();
    for (int j = 0; j < 3; j++)
        D.col(j) = -pose.by_turn[j] * m;
    D.middleCols<3>(3) = -Matrix3d::Identity();
    Matrix3d R = -pose.turn * flip.asDiagonal();
    D.rightCols<20>().noalias() = R * slopes;
}

} // namespace

void ht_simple(const struct hand *h, size_t count, const int32_t *v, double *err, double *derr)
{
    Pose pose;
    set_pose(h, pose);
    for (size_t i = 0; i < count; i++) {
        Vector3d moved = Vector3d::Zero();
        Eigen::Matrix<double, 3, 20> slopes = Eigen::Matrix<double, 3, 20>::Zero();
        add(h, pose, v[i], 1, moved, slopes);
        finish(h, pose, h->point + 3 * i, moved, slopes, err + 3 * i, derr + 3 * angles * i, angles);
    }
}

void ht_complicated(const struct hand *h, size_t count, const double *u, const int32_t *v, double *err,
                    double *derr)
{
    Pose pose;
    set_pose(h, pose);
    for (size_t i = 0; i < count; i++) {
        const double share[3] = {u[2 * i], u[2 * i + 1], 1 - u[2 * i] - u[2 * i + 1]};
        Vector3d corner[3], moved = Vector3d::Zero();
        Eigen::Matrix<double, 3, 20> slopes = Eigen::Matrix<double, 3, 20>::Zero();
        for (int c = 0; c < 3; c++) {
            Vector3d before = moved;
            add(h, pose, v[3 * i + c], share[c], moved, slopes);
            corner[c] = (moved - before) / share[c];
        }
        double *row = derr + 3 * (2 + angles) * i;
        finish(h, pose, h->point + 3 * i, moved, slopes, err + 3 * i, row, 2 + angles);
        Vector3d flip(h->mirror, 1, 1);
        for (int c = 0; c < 2; c++) {
            Vector3d own = -pose.turn * flip.cwiseProduct(corner[c] - corner[2]);
            for (int x = 0; x < 3; x++)
                row[(2 + angles) * x + c] = own(x);
        }
    }
}
